"""The colours of a picture, for light and for dark, and the style sheet made of them."""

from __future__ import annotations

from collections.abc import Mapping

COLOURS: Mapping[str, tuple[str, str]] = {
    "canvas": ("#ffffff", "#0e1421"),
    "ink": ("#172033", "#e8edf7"),
    "muted": ("#55617a", "#a2aec6"),
    "frame": ("#f4f6fb", "#151d2e"),
    "frame-edge": ("#d5dcea", "#2b374f"),
    "service": ("#ffffff", "#1e2940"),
    "service-edge": ("#7d8dab", "#5d6f95"),
    "entry": ("#e5edff", "#1f3157"),
    "entry-edge": ("#5b84d8", "#6d97ea"),
    "gateway": ("#24427f", "#d6e3ff"),
    "gateway-ink": ("#ffffff", "#11203f"),
    "gateway-muted": ("#cddbf8", "#3d5180"),
    "outside": ("#fbf7ef", "#2a251a"),
    "outside-edge": ("#a3843f", "#c2a35c"),
    "event": ("#e6f6f0", "#113329"),
    "saga-box": ("#f2ebfe", "#2b2049"),
    "store": ("#eef1f7", "#232e45"),
    "sync": ("#3f64ad", "#8db0f5"),
    "async": ("#0a7a5c", "#4fcfa4"),
    "saga": ("#7a3fd6", "#bd9cfa"),
    "relation": ("#5b6680", "#a2aec6"),
    "error": ("#c8202c", "#ff8078"),
    "warning": ("#a85400", "#f3a650"),
    "info": ("#0b6bcb", "#7cc0ff"),
}
"""Name -> (light, dark). Words on what they stand on have a contrast of at least 4.5, lines that mean something of at least 3."""

BOXES: Mapping[str, tuple[str, str, str, str]] = {
    "service": ("service", "service-edge", "ink", "muted"),
    "worker": ("service", "service-edge", "ink", "muted"),
    "gateway": ("gateway", "gateway", "gateway-ink", "gateway-muted"),
    "bff": ("entry", "entry-edge", "ink", "muted"),
    "frontend": ("entry", "entry-edge", "ink", "muted"),
    "client": ("entry", "entry-edge", "ink", "muted"),
    "adapter": ("store", "service-edge", "ink", "muted"),
    "esb": ("store", "service-edge", "ink", "muted"),
    "registry": ("store", "service-edge", "ink", "muted"),
    "infra": ("store", "service-edge", "ink", "muted"),
    "external": ("outside", "outside-edge", "ink", "muted"),
    "context": ("service", "service-edge", "ink", "muted"),
    "event": ("event", "async", "ink", "muted"),
    "saga": ("saga-box", "saga", "ink", "muted"),
    "entity": ("service", "service-edge", "ink", "muted"),
    "copy": ("event", "async", "ink", "muted"),
    "store": ("store", "service-edge", "ink", "muted"),
    "shared-store": ("store", "warning", "ink", "muted"),
}
"""Kind of node -> the colours of its surface, its edge, its name and its smaller words."""

LINES: Mapping[str, tuple[str, str]] = {
    "sync": ("sync", ""),
    "async": ("async", "7 4"),
    "saga": ("saga", "9 3 2 3"),
    "relation": ("relation", "2 3"),
    "reference": ("sync", ""),
    "use": ("relation", "2 3"),
}
"""Kind of edge -> its colour and its dashes: each is told apart without colours too."""

FONT = 'ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif'

_SHAPES = f"""\
.svcforge text{{font-family:{FONT};font-size:13px}}
.svcforge .title{{font-size:22px;font-weight:700}}
.svcforge .name{{font-size:14px;font-weight:600}}
.svcforge .heading{{font-weight:600}}
.svcforge .small{{font-size:11.5px}}
.svcforge .code{{font-size:10.5px;font-weight:600}}
.svcforge .line{{fill:none;stroke-width:1.6}}
.svcforge .box{{stroke-width:1.3}}
.svcforge .plate{{stroke-width:1;stroke-opacity:.45}}
.svcforge .external .box,.svcforge .copy .box{{stroke-dasharray:5 3}}
.svcforge .saga .line{{stroke-width:2}}
.svcforge .error .line,.svcforge .warning .line{{stroke-width:2.4}}
.svcforge .error .box,.svcforge .warning .box{{stroke-width:2.2}}
"""


def style_sheet() -> str:
    """The CSS of a picture: what does not depend on the light, the light colours, then the dark ones."""
    dashes = "".join(f".svcforge .{kind} .line{{stroke-dasharray:{d}}}\n" for kind, (_, d) in LINES.items() if d)
    return f"{_SHAPES}{dashes}{_colours(0)}@media (prefers-color-scheme:dark){{\n{_colours(1)}}}\n"


def _colours(shade: int) -> str:
    def colour(name: str) -> str:
        return COLOURS[name][shade]

    rules = [
        (".canvas", "fill", "canvas"),
        ("text", "fill", "ink"),
        (".muted", "fill", "muted"),
        (".plate", "fill", "canvas"),
        (".cluster>.box", "fill", "frame"),
        (".cluster>.box", "stroke", "frame-edge"),
        (".rule", "stroke", "frame-edge"),
    ]
    for kind, (surface, edge, name, small) in BOXES.items():
        rules += [
            (f".node.{kind}>.box", "fill", surface),
            (f".node.{kind}>.box", "stroke", edge),
            (f".node.{kind} .name", "fill", name),
            (f".node.{kind} .small", "fill", small),
        ]
    for kind, (line, _) in LINES.items():
        rules += [(f".edge.{kind} .{part}", how, line) for part, how in _PARTS]
    for severity in ("error", "warning", "info"):
        rules += [(f".edge.{severity} .{part}", how, severity) for part, how in _PARTS[:3]]
        rules += [(f".{element}.{severity}>.box", "stroke", severity) for element in ("node", "cluster")]
        rules += [(f".code.{severity}", "fill", severity)]
        rules += [(f".badge.{severity}", "stroke", severity), (f".badge.{severity}", "fill", "canvas")]
    return "".join(f".svcforge {where}{{{what}:{colour(name)}}}\n" for where, what, name in rules)


_PARTS = (("line", "stroke"), ("head", "fill"), ("plate", "stroke"), ("word", "fill"))
