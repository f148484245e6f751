"""What of a blueprint each view shows."""

from __future__ import annotations

from tests.draw.systems import shop, system

from svcforge.draw.scene import Edge, Scene
from svcforge.draw.views import contexts, data, events, services


def arrows(scene: Scene) -> set[tuple[str, str, str, str]]:
    """Each edge as kind, source, target, label."""
    return {(edge.kind.value, edge.source, edge.target, ", ".join(edge.label)) for edge in scene.edges}


def between(scene: Scene, source: str, target: str) -> list[Edge]:
    return [edge for edge in scene.edges if (edge.source, edge.target) == (source, target)]


def test_services_stand_in_their_contexts() -> None:
    homes = {node.label: node.cluster for node in services.scene(shop()).nodes}
    assert homes["inventory"] == homes["shipping"] == "context.fulfilment"
    assert homes["gateway"] is homes["web"] is homes["card-network"] is None


def test_events_go_from_the_publisher_to_the_subscriber() -> None:
    assert ("async", "service.orders", "service.shipping", "OrderConfirmed") in arrows(services.scene(shop()))


def test_the_steps_of_a_saga_are_not_calls() -> None:
    found = arrows(services.scene(shop()))
    assert ("saga", "service.orders", "service.inventory", "checkout 1") in found
    assert ("saga", "service.orders", "service.payments", "checkout 2") in found
    assert not [arrow for arrow in found if arrow[:3] == ("sync", "service.orders", "service.payments")]


def test_operations_between_the_same_two_are_one_edge() -> None:
    (edge,) = between(services.scene(shop()), "service.payments", "external.card-network")
    assert (edge.label, edge.details) == (("REST",), ("charge calls authorize", "refund calls give_back"))


def test_routes_between_the_same_two_are_one_edge() -> None:
    (edge,) = between(services.scene(shop()), "gateway.gateway", "bff.web")
    assert edge.details == ("route /api/home", "route /api/order-details")


def test_a_call_has_the_protocol_of_its_target() -> None:
    blueprint = system("contexts: {a: {services: {one: {calls: [two]}, two: {api: [grpc, rest]}}}}")
    assert arrows(services.scene(blueprint)) == {("sync", "service.one", "service.two", "gRPC")}


def test_a_route_is_always_http() -> None:
    blueprint = system("contexts: {a: {services: {two: {api: [grpc]}}}}\ngateway: {auth: none, routes: {/two: two}}")
    assert arrows(services.scene(blueprint)) == {("sync", "gateway.gateway", "service.two", "REST")}


def test_a_service_that_calls_itself_is_drawn_so() -> None:
    blueprint = system("contexts: {a: {services: {one: {calls: [one]}}}}")
    assert arrows(services.scene(blueprint)) == {("sync", "service.one", "service.one", "REST")}


def test_two_sagas_between_the_same_services_are_two_edges() -> None:
    saga = "{starts: one.Made, steps: [{do: two.act}]}"
    blueprint = system(
        "contexts: {a: {services: {one: {events: {Made: {id: uuid}}}, two: {operations: {act: {}}}}}}\n"
        f"sagas: {{first: {saga}, second: {saga}}}"
    )
    assert [edge.label for edge in services.scene(blueprint).edges] == [("first 1",), ("second 1",)]


def test_a_dangling_name_is_left_out() -> None:
    blueprint = system("contexts: {a: {services: {one: {calls: [nobody], subscribes: [nothing]}}}}")
    assert arrows(services.scene(blueprint)) == set()


def test_an_existing_service_shows_its_language_and_role() -> None:
    blueprint = system("contexts: {a: {services: {one: {role: adapter, has: [], language: COBOL}}}}")
    (node,) = services.scene(blueprint).nodes
    assert (node.kind, node.sublabel) == ("adapter", "adapter · COBOL")


def test_the_context_map_has_relations_from_downstream_to_upstream() -> None:
    found = arrows(contexts.scene(shop()))
    assert ("relation", "context.ordering", "context.payments", "customer-supplier, D → U") in found


def test_a_partnership_has_no_upstream() -> None:
    blueprint = system("contexts: {a: {relations: [{to: b, as: partnership}]}, b: {}}")
    assert arrows(contexts.scene(blueprint)) == {("relation", "context.a", "context.b", "partnership")}


def test_dependencies_between_services_join_to_those_between_contexts() -> None:
    heard = "OrderConfirmed, OrderCancelled, OrderCreated"
    assert ("async", "context.ordering", "context.engagement", heard) in arrows(contexts.scene(shop()))


def test_a_context_does_not_depend_on_itself() -> None:
    blueprint = system("contexts: {a: {services: {one: {calls: [two]}, two: {}}}}")
    assert arrows(contexts.scene(blueprint)) == set()


def test_events_are_published_by_operations_and_heard_by_others() -> None:
    found = arrows(events.scene(shop()))
    assert ("async", "service.orders", "event.orders.OrderConfirmed.v1", "confirm_order") in found
    assert ("async", "event.orders.OrderConfirmed.v1", "service.shipping", "plan_shipment") in found
    assert ("async", "event.orders.OrderCreated.v1", "service.recommendations", "copy Bought") in found
    assert ("saga", "event.orders.OrderCreated.v1", "saga.checkout", "starts") in found


def test_an_event_that_nobody_hears_is_shown() -> None:
    assert "StockReserved" in {node.label for node in events.scene(shop()).nodes}


def test_services_without_events_are_left_out() -> None:
    assert "catalog" not in {node.label for node in events.scene(shop()).nodes}


def test_versions_of_an_event_are_told_apart() -> None:
    versions = "{Made: {versions: {1: {id: uuid}, 2: {id: uuid, size: int}}}}"
    blueprint = system(
        f"contexts: {{a: {{services: {{one: {{events: {versions}}}, two: {{subscribes: [one.Made.v1]}}}}}}}}"
    )
    scene = events.scene(blueprint)
    assert [node.label for node in scene.nodes if node.kind == "event"] == ["Made v1", "Made v2"]
    assert ("async", "event.one.Made.v1", "service.two", "") in arrows(scene)


def test_a_subscription_to_a_whole_service_comes_from_it() -> None:
    blueprint = system("contexts: {a: {services: {one: {}, two: {subscribes: [one]}}}}")
    assert arrows(events.scene(blueprint)) == {("async", "service.one", "service.two", "")}


def test_references_name_the_fields_that_hold_the_id() -> None:
    found = arrows(data.scene(shop()))
    assert ("reference", "entity.orders.Order", "entity.users.User", "customer") in found
    assert ("reference", "entity.orders.Order", "entity.catalog.Product", "lines.product") in found


def test_a_copy_comes_from_the_entity_that_its_event_is_about() -> None:
    found = arrows(data.scene(shop()))
    assert ("async", "entity.orders.Order", "copy.recommendations.Bought", "OrderCreated") in found


def test_a_store_that_two_services_use_is_shown_as_shared() -> None:
    blueprint = system(
        "stores: {crm: {engine: oracle, server: db1, schema: crm}, old: {server: db1, schema: crm}, own: {server: db2}}\n"
        "contexts: {a: {services: {one: {uses: [crm]}, two: {uses: [old]}, three: {store: own}}}}"
    )
    scene = data.scene(blueprint)
    assert [(node.label, node.kind.value) for node in scene.nodes if "store" in node.kind.value] == [
        ("crm, old", "shared-store"),
        ("own", "store"),
    ]
    assert arrows(scene) == {
        ("use", "service.one", "store.crm", ""),
        ("use", "service.two", "store.crm", ""),
        ("use", "service.three", "store.own", ""),
    }


def test_reaching_into_anothers_table_is_shown() -> None:
    blueprint = system(
        "contexts: {a: {services: {one: {uses: [two.Thing]}, two: {owns: {Thing: {name: text}}}}}}",
    )
    assert arrows(data.scene(blueprint)) == {("use", "service.one", "entity.two.Thing", "")}
