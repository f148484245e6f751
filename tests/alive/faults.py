"""Faults to plant in the generated shop, one at a time: each must turn a generated test red."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `pattern`, which must be there, becomes `replacement` in a file of the service's package."""

    name: str
    service: str
    file: str
    pattern: str
    replacement: str


FAULTS = (
    # Events: the outbox and what is in it.
    Fault("no outbox insert", "orders", "operations.py", r"await emit\(session, order_created\)", "pass"),
    Fault("the outbox keeps nothing", "inventory", "kit/outbox.py", r"session\.add\(OutboxRow\(.*\)\)", "pass"),
    Fault(
        "an event's field is wrong",
        "orders",
        "operations.py",
        r"(OrderCreated\(order=order.id, customer=order.)customer",
        r"\1id",
    ),
    Fault(
        "an event's type is wrong", "orders", "events.py", r"ordering\.order-cancelled\.v1", "ordering.order-ended.v1"
    ),
    Fault("the relay loses the order", "payments", "kit/outbox.py", r"return confirmed, error", "continue"),
    Fault("the sequence stands still", "payments", "kit/outbox.py", r"SequenceRow\.last \+ 1", "SequenceRow.last"),
    # Calls to others.
    Fault("expect ignored", "orders", "operations.py", r"if not check_availability\.available:", "if False:"),
    Fault("a POST retried", "payments", "kit/calls.py", r"attempt > self\._policy\.retries", "attempt > 3"),
    Fault("more retries than the edge says", "payments", "clients/card_network.py", r"retries=1", "retries=4"),
    Fault(
        "a breaker that never opens",
        "orders",
        "kit/breaker.py",
        r"elif probe or sum\(.*\) >= self\._limit:",
        "elif False:",
    ),
    Fault("more than one probe", "web", "kit/breaker.py", r"if self\._probing or ", "if "),
    Fault("an edge without its breaker", "payments", "clients/card_network.py", r", trip=Trip\([^)]*\)", ""),
    Fault("the deadline is not sent on", "web", "kit/calls.py", r"request\.headers\[BUDGET\] = .*", "pass"),
    Fault(
        "a call outlives its caller", "web", "kit/request.py", r"return limit if ends is None else .*", "return limit"
    ),
    Fault("a call without its key", "payments", "clients/card_network.py", r"(amount=amount\)), key=key", r"\1"),
    Fault(
        "another key with each repeat",
        "payments",
        "operations.py",
        r'key=f"charge:\{order\}:authorize"',
        "key=str(uuid4())",
    ),
    Fault("the fallback is missing", "mobile", "api.py", r"parts\.part_or\((.*), \[\]\)", r"parts.part(\1)"),
    # Who may do what.
    Fault("scopes unchecked", "orders", "kit/auth.py", r"if missing := \[.*\]:", "if missing := list[str]():"),
    Fault("an operation without its scope", "orders", "api.py", r'user\("orders:write"\)', "user()"),
    Fault("one scope of several", "web", "api.py", r'"orders:read", "users:read"', '"orders:read"'),
    Fault(
        "token audience unchecked",
        "catalog",
        "kit/auth.py",
        r'options=\{"require"',
        'options={"verify_aud": False, "require"',
    ),
    Fault(
        "signature unchecked",
        "users",
        "kit/auth.py",
        r'options=\{"require"',
        'options={"verify_signature": False, "require"',
    ),
    Fault(
        "an internal operation open to users",
        "inventory",
        "api.py",
        r'service\("inventory.reserve_items", "orders"\)',
        "user()",
    ),
    Fault("any service may call", "payments", "kit/auth.py", r"caller\.sub not in \{.*\} or ", ""),
    # What verbs promise.
    Fault(
        "where with a literal ignored",
        "orders",
        "operations.py",
        r"if order\.status != OrderStatus\.PENDING:",
        "if False:",
    ),
    Fault(
        "where with the token ignored",
        "orders",
        "operations.py",
        r"(Order\.id == id), Order\.customer == customer",
        r"\1",
    ),
    Fault(
        "a list of everybody's",
        "orders",
        "operations.py",
        r"select\(Order\)\.where\(Order\.customer == customer\)",
        "select(Order)",
    ),
    Fault(
        "a filter ignored", "catalog", "operations.py", r"rows = rows\.where\(Product\.featured == featured\)", "pass"
    ),
    Fault("a default is wrong", "catalog", "schemas.py", r"featured: bool = False", "featured: bool = True"),
    Fault("a bound is missing", "inventory", "schemas.py", r"on_hand: .*", "on_hand: int"),
    Fault("one that is there is not changed", "inventory", "operations.py", r"if stock is None:", "if True:"),
    Fault(
        "the rule is not asked",
        "inventory",
        "operations.py",
        r"await logic\.release_items\.release_items\(.*\)",
        "pass",
    ),
    Fault(
        "the rule cannot refuse",
        "inventory",
        "operations.py",
        r"( +)(await logic\.reserve_items\..*)",
        r"\1try:\n\1    \2\n\1except Exception:\n\1    pass",
    ),
    Fault("the logic is given something else", "recommendations", "operations.py", r"limit=limit", "limit=1"),
    # Repeats.
    Fault("idempotency replay missing", "orders", "kit/idempotency.py", r"if row\.status is not None:", "if False:"),
    Fault(
        "another request under the same key",
        "orders",
        "kit/idempotency.py",
        r"if row\.fingerprint != fingerprint:",
        "if False:",
    ),
    Fault(
        "keys shared between callers",
        "orders",
        "kit/idempotency.py",
        r'"caller": caller, "operation"',
        '"caller": "", "operation"',
    ),
    Fault(
        "the key is not asked for",
        "orders",
        "api.py",
        r'"create_order", status=201',
        '"create_order", status=201, required=False',
    ),
    Fault(
        "idempotency by field ignored",
        "payments",
        "operations.py",
        r"payment = await found\(session\)\n        if payment is None:",
        "if True:",
    ),
    Fault(
        "a saga's key ignored",
        "inventory",
        "api.py",
        r"async with once\(request, caller\.sub, \"release_items\".*\) as work:",
        "work = plain(request)\n    if True:",
    ),
    # Sagas.
    Fault("a compensation skipped", "orders", "sagas.py", r", undo=self\.undo_reserve_items", ""),
    Fault(
        "undo order reversed", "orders", "kit/saga.py", r"self\.steps\[row\.position - 1\]", "self.steps[-row.position]"
    ),
    Fault("the saga's own undo missing", "orders", "sagas.py", r"steps, undo=self\.undo, ", "steps, "),
    Fault("the saga never begins", "orders", "operations.py", r' *begin\(session, "checkout", .*\)\n', ""),
    Fault("a step asked with something else", "orders", "sagas.py", r"amount=event\.total", "amount=event.total * 2"),
    Fault(
        "another key with each attempt",
        "orders",
        "kit/saga_runner.py",
        r'key = f"\{row\.id\}:\{step\}"',
        'key = f"{row.id}:{step}:{row.attempts}"',
    ),
    Fault("silence taken for a no", "orders", "kit/saga_runner.py", r"error\.status < 500", "error.status < 600"),
    Fault(
        "the lease unchecked",
        "orders",
        "kit/saga_runner.py",
        r", SagaRow\.owner == self\._owner\)\n        if not",
        ")\n        if not",
    ),
    # What others' events do.
    Fault("the inbox off", "notifications", "kit/consumer.py", r"entry = Entry\(.*\) if .* else None", "entry = None"),
    Fault(
        "the inbox forgets",
        "shipping",
        "kit/inbox.py",
        r"if not await insert_or_ignore\(.*\):\n +raise AlreadyHandled",
        "pass",
    ),
    Fault(
        "the dead letter missing",
        "notifications",
        "kit/consumer.py",
        r'return outcome in \{"handled", "repeated"\} or .*',
        "return True",
    ),
    Fault(
        "dead letters never leave the queue",
        "shipping",
        "kit/messaging.py",
        r"message\.reject\(requeue=False\)",
        "message.reject(requeue=True)",
    ),
    Fault("given up too early", "notifications", "consumers.py", r"retries=5", "retries=1"),
    Fault("a literal is wrong", "notifications", "consumers.py", r'kind="order-confirmed"', 'kind="order-cancelled"'),
    Fault(
        "a handler without its own transaction",
        "shipping",
        "consumers.py",
        r"plan_shipment\(delivery\.work, order=delivery\.event\.order\)",
        "plan_shipment(delivery.work, order=delivery.event.order) if False else None",
    ),
    Fault(
        "an older event overwrites a newer one",
        "recommendations",
        "kit/copies.py",
        r"or last\[1\] < sequence",
        "or True",
    ),
    Fault(
        "a copy keeps something else",
        "recommendations",
        "consumers.py",
        r'"customer": event\.customer',
        '"customer": event.order',
    ),
    # Gathering.
    Fault("degraded not named", "mobile", "kit/gather.py", r"self\.degraded\.append\(name\)", "pass"),
    Fault("one part after the other", "web", "api.py", r"(\n +)(order_part = .*)", r"\1\2\1await order_part"),
    Fault(
        "a part without what it depends on",
        "web",
        "api.py",
        r"\[one\.product for one in \(await order_part\)\.lines\]",
        "[]",
    ),
    Fault("the user's token kept back", "web", "clients/orders.py", r"forward=True", "forward=False"),
)
