import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import protobuf from "protobufjs";

/** A span as a collector receives it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty if the span has no parent. */
  readonly parentSpanId: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver {
  /** Value for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** All spans so far. */
  spans(): readonly ReceivedSpan[];
  close(): Promise<void>;
}

/** The fields of opentelemetry-proto (trace.proto, common.proto and resource.proto) that tests read. */
const PROTO = `
syntax = "proto3";
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  repeated KeyValue attributes = 9;
}
message ScopeSpans { repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }`;

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface Export {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans?: readonly {
      readonly spans?: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind?: number;
        readonly attributes?: readonly KeyValue[];
      }[];
    }[];
  }[];
}

/** Receives OTLP exports over HTTP in protobuf, as a collector does. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const type = protobuf.parse(PROTO).root.lookupType("ExportTraceServiceRequest");
  const received: ReceivedSpan[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method !== "POST" || request.url !== "/v1/traces") {
        response.writeHead(404).end();
        return;
      }
      const message = type.toObject(type.decode(Buffer.concat(chunks)), { bytes: String, longs: Number }) as Export;
      received.push(...spansOf(message));
      response.setHeader("content-type", "application/x-protobuf").end();
    });
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    spans: () => received,
    async close() {
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
}

function spansOf({ resourceSpans = [] }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = String(record(resource.attributes)["service.name"]);
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map(({ traceId, spanId, parentSpanId = "", name, kind = 0, attributes = [] }) => ({
        service,
        name,
        kind,
        attributes: record(attributes),
        traceId: hex(traceId),
        spanId: hex(spanId),
        parentSpanId: hex(parentSpanId),
      })),
    );
  });
}

const hex = (base64: string) => Buffer.from(base64, "base64").toString("hex");
const record = (pairs: readonly KeyValue[]) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
