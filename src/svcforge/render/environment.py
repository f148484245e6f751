"""The Jinja that templates see: Copier's sandbox and filters, less what looks outside the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from types import BuiltinMethodType
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing

from svcforge.render.ansible import FILTERS
from svcforge.render.filters import nice_json, without_waiting

OUTSIDE = (
    *("fileglob", "realpath", "relpath", "expanduser", "expandvars"),
    *("strftime", "random", "ans_random", "random_mac", "shuffle"),
)
"""Filters that read the disk, the environment, the clock or chance: what they print is not in the facts."""

METHODS = frozenset(dir(dict))
"""What `mapping.name` means to Jinja before it means the item."""

HARMLESS = frozenset({Namespace, LoopContext, TemplateModule, str})
"""Kinds of which every public attribute is safe to see, except that a text can be told to format."""


PLAIN = frozenset({str, dict, list})
"""Kinds of which a method that a template could get hold of is safe to call."""


class Environment(ImmutableSandboxedEnvironment):
    """A sandbox without chance: the same facts give the same text.

    Facts are shared between files and units, so templates may not change them; that is stricter than Copier,
    whose sandbox lets a template append to a list.
    """

    svcforge_yield: tuple[str, Any] | None = None
    """Where a path's `yield` tag leaves its name and its elements."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What `obj.attribute` is.

        Nearly always an item of a mapping or a name of the template's own: there the sandbox's many questions
        have known answers, and asking them is a third of the time that a template takes.
        """
        kind = type(obj)
        if kind is dict and attribute not in METHODS:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        if kind in HARMLESS and attribute[0] != "_" and not attribute.startswith("format"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What a call gives; a template's own macro is safe.

        Nearly all calls are of macros, most with the arguments that they have: those need none of the questions
        that Jinja asks before it comes to the macro's own function.
        """
        kind = type(obj)
        if (
            kind is not Macro
            and obj is not Namespace
            and (kind is not BuiltinMethodType or type(obj.__self__) not in PLAIN)
        ):
            return super().call(context, obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        if kind is not Macro:
            return obj(*args, **kwargs)
        lacking = obj._argument_count - len(args)
        if lacking < 0 or kwargs or obj.caller or obj.catch_kwargs or obj.catch_varargs or context.eval_ctx.autoescape:
            return obj(context.eval_ctx, *args, **kwargs)
        return obj._func(*args, *(missing,) * lacking) if lacking else obj._func(*args)


def environment(envops: Mapping[str, Any], loader: jinja2.BaseLoader) -> Environment:
    """The environment for file templates; an unset value is an error unless `envops` says otherwise."""
    options = dict(envops)
    undefined = jinja2.Undefined if options.pop("undefined", "") == "jinja2.Undefined" else jinja2.StrictUndefined
    env = Environment(
        loader=loader,
        undefined=undefined,
        auto_reload=False,
        cache_size=-1,
        **options,
    )
    env.filters.update({name: without_waiting(found) for name, found in env.filters.items()})
    env.filters |= {**FILTERS, "to_nice_json": nice_json(FILTERS["to_nice_json"])}
    for name in OUTSIDE:
        env.filters[name] = _refused(name)
    env.globals["lipsum"] = _refused("lipsum")
    env.globals["pathjoin"] = _pathjoin
    return env


def for_paths(env: Environment) -> Environment:
    """The same for path templates, which may also `yield`; files may not."""
    overlay = env.overlay(extensions=[YieldTag])
    assert isinstance(overlay, Environment)
    return overlay


class YieldTag(Extension):
    """`{% yield x from xs %}...{% endyield %}` in a path: one file for each element, as Copier does it.

    The tag prints its body and leaves name and elements in the environment; whoever renders the path then
    renders it again with each element.
    """

    tags = {"yield"}

    def parse(self, parser: Parser) -> nodes.Node:
        """The tag as a call that prints its body."""
        line = next(parser.stream).lineno
        name = parser.parse_assign_target(name_only=True)
        parser.stream.expect("name:from")
        elements = parser.parse_expression()
        body = parser.parse_statements(("name:endyield",), drop_needle=True)
        call = self.call_method("_body", [nodes.Const(name.name), elements])
        return nodes.CallBlock(call, [], [], body, lineno=line)

    def _body(self, name: str, elements: Any, caller: Callable[[], str]) -> str:
        if self.environment.svcforge_yield is not None:  # type: ignore[attr-defined]
            raise jinja2.TemplateRuntimeError("only one yield tag is allowed in a part of a path")
        self.environment.svcforge_yield = (name, elements)  # type: ignore[attr-defined]
        try:
            return caller()
        except jinja2.UndefinedError:
            # The first time there is no element yet.
            return ""


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise jinja2.TemplateRuntimeError(f'"{name}" is refused: what it prints does not come from the facts')

    return refuse


def _pathjoin(*path: str, mode: str = "posix") -> str:
    return str((PureWindowsPath if mode == "windows" else PurePosixPath)(*path))
