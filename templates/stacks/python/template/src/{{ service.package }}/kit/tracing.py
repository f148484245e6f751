"""Traces: OpenTelemetry, through HTTP, the outbox, the broker and sagas."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.telemetry import TelemetryConfig
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import SpanKind

from .logs import correlation

tracer = trace.get_tracer("kit")  # a proxy: the provider is looked up when the first span begins


def configure(service: str) -> TelemetryConfig:
    """Export spans where OTEL_EXPORTER_OTLP_ENDPOINT says; ids flow through headers, events and logs in any case."""
    exporting = "OTEL_EXPORTER_OTLP_ENDPOINT" in os.environ
    resource = Resource.create({"service.name": service})
    provider = TracerProvider(resource=resource, sampler=None if exporting else ParentBased(ALWAYS_OFF))
    if exporting:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return {"tracer_provider": provider, "operation_spans": False, "metrics": False, "logs": False}


def traceparent() -> str | None:
    """The current span, as it travels."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def continued(
    name: str, parent: str | None, correlation_id: str | None, kind: SpanKind = SpanKind.INTERNAL
) -> Iterator[None]:
    """A span that goes on with a trace begun elsewhere."""
    context = propagate.extract({"traceparent": parent} if parent else {})
    bound = correlation.set(correlation_id)
    try:
        with tracer.start_as_current_span(name, context=context, kind=kind):
            yield
    finally:
        correlation.reset(bound)
