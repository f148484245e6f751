"""What no chosen pack can do, and what would come out at one place twice."""

from __future__ import annotations

import pytest
from tests.model.written import written
from tests.plan.planned import CAN, PACKS, complaints, example, pack, shelf

from svcforge.model.elements import Bff, Service
from svcforge.packs.shelf import bundled
from svcforge.plan.abilities import ABILITIES, BROKERS, needs_of
from svcforge.plan.plan import plan

PYTHON = "defaults: {stack: python}\n"


@pytest.mark.parametrize("name", ["shop", "healthcare", "online-boutique", "minimal"])
def test_the_examples_ask_no_stack_for_what_it_cannot(name: str) -> None:
    assert [c for c in complaints(plan(example(name), PACKS)) if " error " in c] == []


def test_a_stack_without_a_pack_is_an_error_where_it_is_named() -> None:
    blueprint = written("a: {stack: java, operations: {x: {http: GET /x, public: demo}}}\nb: {operations: {}}", PYTHON)
    assert complaints(plan(blueprint, PACKS)) == [
        'SF020 error contexts.c.services.a.stack: there is no pack for the stack "java"'
    ]


def test_a_stack_that_is_not_there_is_told_once_where_defaults_name_it() -> None:
    blueprint = written("a: {operations: {}}\nb: {operations: {}}", "defaults: {stack: java}\n")
    assert complaints(plan(blueprint, PACKS)) == ['SF020 error defaults.stack: there is no pack for the stack "java"']


def test_a_service_without_a_stack_is_an_error() -> None:
    assert complaints(plan(written("a: {operations: {}}"), PACKS)) == [
        'SF020 error contexts.c.services.a: "a" has no stack'
    ]


def test_what_exists_already_needs_no_stack() -> None:
    assert complaints(plan(written("a: {has: [health], operations: {}}\nb: {role: gateway}"), PACKS)) == []


def test_a_platform_without_a_pack_is_a_warning() -> None:
    blueprint = written(
        "a: {operations: {}}", PYTHON + "platform: {mesh: istio, metrics: prometheus, deploy: [compose, nomad]}\n"
    )
    assert complaints(plan(blueprint, PACKS)) == [
        'SF020 warning platform.mesh: there is no pack for "istio" yet',
        'SF020 warning platform.metrics: there is no pack for "prometheus" yet',
        'SF020 warning platform.deploy[1]: there is no pack for "nomad" yet',
    ]


@pytest.mark.parametrize(
    ("services", "ability", "where"),
    [
        ("a: {api: [rest, grpc], operations: {}}", "grpc", "api[1]"),
        ("a: {owns: {Doc: {x: int}}, event_sourced: [Doc]}", "event-sourcing", "event_sourced"),
        ("a: {owns: {Doc: {x: int}}, store: mysql}", "mysql", "store"),
        (
            "a: {operations: {x: {out: int}, y: {calls: [{to: b.z, over: grpc}]}}}\nb: {operations: {z: {out: int}}}",
            "grpc",
            "operations.y.calls[0]",
        ),
        ("a: {operations: {x: {schedule: every 5m}}}", "schedule", "operations.x.schedule"),
        ("a: {operations: {x: {long_running: true}}}", "jobs", "operations.x.long_running"),
    ],
)
def test_an_ability_that_a_stack_lacks_is_an_error_at_the_element_that_needs_it(
    services: str, ability: str, where: str
) -> None:
    can = tuple(a for a in CAN if a not in ("schedule", "jobs"))
    packs = shelf(pack("stack", "python", "service", "{{ service.folder }}", can))
    found = [f for f in plan(written(services, PYTHON), packs).findings if f'"{ability}"' in f.message]
    assert [(f.code, f.severity.value, f.message) for f in found] == [
        ("SF021", "error", f'the stack "python" cannot do "{ability}"')
    ]
    assert ".".join(str(p) for p in found[0].path).replace(".0", "[0]").replace(".1", "[1]").endswith(where)


GO, OWNED = "a: {operations: {x: {http: GET /x, public: p}}}", "a: {owns: {Doc: {x: int}}"
TOLD = "a: {owns: {Doc: {x: int}}, events: {Made: {doc: ref Doc}}, operations: {make: {creates: Doc, emits: [Made]}}}"
HEARD = f"{TOLD}\nb: {{operations: {{x: {{in: {{doc: uuid}}}}}}, subscribes: {{a.Made: x}}}}"
CALLED = "a: {operations: {x: {calls: [{to: b.y%s}]}}}\nb: {operations: {y: {out: int}}}"
SAGA = "sagas: {s: {starts: a.Made, steps: [{do: b.x}]}}\n"


ASKED: tuple[tuple[str, str, set[str]], ...] = (
        (GO, "", {"rest"}),
        (GO, "gateway: {auth: {jwt: {issuer: i, audience: a}}}\n", {"rest", "jwt"}),
        (CALLED % "", "", {"rest", "client"}),
        (CALLED % ", wait: false", "", {"rest", "client", "calls.unawaited"}),
        (CALLED % ", over: broker", "", {"rest", "client", "calls.broker"}),
        (CALLED % ", over: grpc", "", {"rest", "client", "grpc"}),
        *((CALLED % "", f"platform: {{discovery: {name}}}\n", {"rest", "client", f"discovery.{name}"})
          for name in ("consul", "eureka", "zookeeper")),
        ("a: {operations: {x: {http: POST /x, signed: e}}}", "externals: {e: {}}\n", {"rest", "signed"}),
        ("a: {operations: {x: {http: POST /x, public: p, idempotent: by key}}}", "", {"rest", "idempotency"}),
        ("a: {operations: {x: {schedule: every 5m, long_running: true}}}", "", {"jobs", "schedule"}),
        (GO, "bffs: {web: {endpoints: {GET /x: {p: a.x()}}}}\n", {"rest", "client", "bff"}),
        (OWNED + "}", "", {"sqlite"}),
        (OWNED + ", store: postgres}", "", {"sqlite", "postgres"}),
        ("a: {sidecars: [fluentd, {name: own, image: x}]}", "", {"log-file"}),
        (OWNED + ", event_sourced: [Doc]}", "", {"sqlite", "event-sourcing"}),
        (TOLD, "", {"sqlite", "events", "outbox"}),
        *((HEARD, f"platform: {{broker: {name}}}\n", {"sqlite", f"events.{wire}", "outbox", "inbox"})
          for name, wire in BROKERS.items()),
        (f"{TOLD}\nb: {{copies: {{Copy: {{a.Made: {{}}}}}}}}", "", {"sqlite", "events", "outbox", "copies"}),
        (HEARD, SAGA, {"sqlite", "events", "outbox", "inbox", "rest", "client", "saga"}),
        *((HEARD, SAGA + f"platform: {{saga: {name}}}\n",
           {"sqlite", "events", "outbox", "inbox", "rest", "client", f"saga.{name}"}) for name in ("dbos", "temporal")),
)  # fmt: skip


@pytest.mark.parametrize(("services", "more", "abilities"), ASKED)
def test_what_is_asked_of_a_stack_is_listed(services: str, more: str, abilities: set[str]) -> None:
    blueprint = written(services, PYTHON + more)
    parts: list[Service | Bff] = [*blueprint.services.values(), *blueprint.bffs.values()]
    assert {need.ability for part in parts for need in needs_of(blueprint, part)} == abilities


def test_the_abilities_are_listed_with_nothing_beside_them() -> None:
    assert set().union(*(abilities for _, _, abilities in ASKED)) == set(ABILITIES)


def test_it_names_the_packs_that_can() -> None:
    other = pack("stack", "typescript", "service", "{{ service.folder }}", (*CAN, "grpc"))
    packs = PACKS | shelf(other)
    [finding] = plan(written("a: {api: [grpc], operations: {}}", PYTHON), packs).findings
    assert finding.hint == "these can: typescript"


def test_events_want_a_broker() -> None:
    blueprint = written(
        "a: {owns: {Doc: {x: int}}, events: {Made: {doc: uuid}}, operations: {make: {creates: Doc, emits: [Made]}}}",
        PYTHON,
    )
    [finding] = plan(blueprint, PACKS).findings
    assert (finding.severity.value, finding.hint) == ("error", "name a broker, platform: {broker: rabbitmq}")


def test_releases_and_sidecars_want_a_platform_that_runs_them() -> None:
    blueprint = written(
        "a: {operations: {}, sidecars: [fluentd], releases: {v1: {weight: 100}}}",
        PYTHON + "platform: {deploy: [compose]}\n",
    )
    assert complaints(plan(blueprint, PACKS)) == [
        'SF021 warning contexts.c.services.a.releases: no platform chosen here can do "releases"',
        'SF021 warning contexts.c.services.a.sidecars[0]: nobody knows the image of the sidecar "fluentd"',
    ]


def test_what_one_platform_does_and_another_drops_is_told_of_that_one() -> None:
    packs = PACKS | shelf(
        pack("platform", "swarm", "system", "platform/swarm"),
        pack("platform", "kubernetes", "system", "platform/kubernetes", ("releases", "patches")),
        pack("platform", "helm", "system", "platform/helm", ("releases",)),
        pack("platform", "compose", "system", "platform/compose", leaves=("releases", "patches")),
    )
    blueprint = written(
        "a: {operations: {}, releases: {v1: {weight: 100}}}\nb: {operations: {}, releases: {v1: {weight: 100}}}",
        PYTHON
        + "platform: {deploy: [compose, kubernetes, helm, swarm]}\n"
        + "patches: [{target: {kind: Deployment}, merge: {spec: {minReadySeconds: 1}}}]\n",
    )
    assert complaints(plan(blueprint, packs)) == [
        'SF021 warning platform.deploy[3]: the platform "swarm" cannot do "releases"',
        'SF021 warning platform.deploy[2]: the platform "helm" cannot do "patches"',
        'SF021 warning platform.deploy[3]: the platform "swarm" cannot do "patches"',
    ]


@pytest.mark.parametrize(
    ("deploy", "told"), [("helm", True), ("compose, swarm", True), ("nomad", False), ("kubernetes", False)]
)
def test_a_mesh_without_a_place_for_it_is_told(deploy: str, told: bool) -> None:
    blueprint = written("a: {operations: {}}", PYTHON + f"platform: {{mesh: consul, deploy: [{deploy}]}}\n")
    said = 'SF021 warning platform.mesh: the pack "consul" needs "platform.deploy: kubernetes or nomad"'
    assert complaints(plan(blueprint, bundled().packs)) == [said] * told


@pytest.mark.parametrize("mesh", ["istio", "linkerd"])
def test_meshes_of_kubernetes_want_it(mesh: str) -> None:
    blueprint = written("a: {operations: {}}", PYTHON + f"platform: {{mesh: {mesh}, deploy: [nomad, helm]}}\n")
    assert complaints(plan(blueprint, bundled().packs)) == [
        f'SF021 warning platform.mesh: the pack "{mesh}" needs "platform.deploy: kubernetes"'
    ]


@pytest.mark.parametrize("deploy", ["kubernetes", "helm", "swarm", "nomad"])
@pytest.mark.parametrize("beside", [True, False])
def test_no_platform_drops_what_is_asked_without_a_word(deploy: str, beside: bool) -> None:
    others = [name for name in ("compose", "kubernetes") if name != deploy] if beside else []
    blueprint = written(
        "a: {operations: {}, releases: {v1: {weight: 90}, v2: {weight: 10}}, sidecars: [fluentd]}",
        PYTHON
        + f"platform: {{deploy: [{', '.join([*others, deploy])}], logs: loki}}\n"
        + "patches: [{target: {kind: Deployment}, merge: {spec: {minReadySeconds: 1}}}]\n",
    )
    packs = bundled().packs
    can = packs["platform", deploy].card.can
    told = {
        c.rpartition(" ")[2].strip('"') for c in complaints(plan(blueprint, packs)) if "can do" in c or "cannot" in c
    }
    assert told == {"releases", "sidecars", "patches"} - {*can}


def test_what_a_pack_wants_beside_it_is_told() -> None:
    packs = PACKS | shelf(
        pack("platform", "envoy", "gateway", "gateway", ("routes",), needs={"platform.mesh": "istio"})
    )
    blueprint = written("a: {operations: {}}", PYTHON + "platform: {gateway: envoy}\ngateway: {routes: {}}\n")
    assert complaints(plan(blueprint, packs)) == [
        'SF021 warning platform.gateway: the pack "envoy" needs "platform.mesh: istio"'
    ]


def test_a_route_to_what_is_not_generated_is_a_warning() -> None:
    blueprint = written(
        "a: {has: [health], operations: {}}", PYTHON + "platform: {gateway: envoy}\ngateway: {routes: {/api/a: a}}\n"
    )
    [complaint] = complaints(plan(blueprint, PACKS))
    assert complaint.startswith("SF023 warning gateway.routes./api/a:")
