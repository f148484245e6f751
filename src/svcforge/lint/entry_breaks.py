"""What no longer holds of the doors to the outside: the endpoints of BFFs and the gateway's routes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from svcforge.lint.earlier import Break
from svcforge.lint.promises import Versions
from svcforge.model.elements import Bff, Endpoint, Route
from svcforge.model.routes import is_parameter, segments_of, version_behind, version_of

HINT = "keep it until no client asks for it, or raise the `api_version`"


def entry_breaks(versions: Versions) -> Iterator[Break]:
    """Endpoints that are gone or answer less, then routes that are gone."""
    for bff in versions.old.bffs.values():
        if not versions.raised(bff.name):
            yield from _of_bff(versions, bff)
    gateway, now = versions.old.gateway, versions.new.gateway
    for route in gateway.routes if gateway else ():
        if not any(_covers(other, route) for other in (now.routes if now else ())):
            yield Break(
                path=now.path if now else (),
                before=route.path,
                message=f'no route leads to "{route.prefix}" any more',
                was=f'one leads to "{route.to or route.url}"',
                hint="keep it until no client asks for it",
                about=("gateway",),
            )
    yield from _turned(versions)


def _turned(versions: Versions) -> Iterator[Break]:
    """Routes that lead to another version of their service, since an operation behind them has versions now or had."""
    gateway, now = versions.old.gateway, versions.new.gateway
    there = {(r.method, r.prefix, r.target): r for r in now.routes} if now else {}
    for route in gateway.routes if gateway else ():
        same = there.get((route.method, route.prefix, route.target))
        if same is None or versions.raised(route.target or ""):
            continue
        pairs = ((versions.old, route), (versions.new, same))
        before, after = (version_behind(blueprint, one) for blueprint, one in pairs)
        usual = tuple(version_of(blueprint, route.target or "") for blueprint, _ in pairs)
        if before != after and (before, after) != usual:
            yield Break(
                path=same.path,
                before=route.path,
                message=f'route "{route.prefix}" leads to {after} of "{route.target}" now',
                was=f"it leads to {before}",
                hint=f'let another prefix lead to {after}, or keep what stands under {before} in "{route.target}"',
                about=("gateway",),
            )


def _of_bff(versions: Versions, bff: Bff) -> Iterator[Break]:
    now = versions.new.bffs.get(bff.name)
    if now is None:
        about = (bff.name,)
        message = f'bff "{bff.name}" is gone'
        yield Break(path=("bffs",), before=bff.path, message=message, was="it stands", hint=HINT, about=about)
        return
    there = {_door(endpoint): endpoint for endpoint in now.endpoints}
    for endpoint in bff.endpoints:
        name = f'"{bff.name}" {endpoint.http.method} {endpoint.http.path}'
        after = there.get(_door(endpoint))
        if after is None:
            yield _gone(bff, now.path, endpoint.path, f"{name} is gone")
            continue
        parts = {part.name for part in after.parts}
        for part in endpoint.parts:
            if part.name not in parts:
                yield _gone(bff, after.path, part.path, f'"{part.name}" that {name} answers is gone')


def _gone(bff: Bff, path: tuple[str | int, ...], before: tuple[str | int, ...], message: str) -> Break:
    return Break(path=path, before=before, message=message, was="it stands", hint=HINT, about=(bff.name,))


def _door(endpoint: Endpoint) -> tuple[str, ...]:
    """Method and path; what a parameter is called does not stand on the wire."""
    return (endpoint.http.method, *_shape(segments_of(endpoint.http.path)))


def _covers(route: Route, old: Route) -> bool:
    """Whether what the old route led on is still led on by this one."""
    prefix, wanted = _shape(segments_of(route.prefix)), _shape(segments_of(old.prefix))
    return route.method in (None, old.method) and prefix == wanted[: len(prefix)]


def _shape(segments: Sequence[str]) -> tuple[str, ...]:
    return tuple("{}" if is_parameter(segment) else segment for segment in segments)
