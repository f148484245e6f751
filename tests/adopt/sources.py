"""A small system in each form that the import reads, as files: what mutants are made of."""

from __future__ import annotations

from textwrap import dedent

_POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, labels: {team: core}}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: NAME}, annotations: {prometheus.io/scrape: "true"}}
    spec:
      containers:
        - name: NAME
          image: acme/NAME:1
          livenessProbe: {httpGet: {path: /, port: 80}}
          readinessProbe: {httpGet: {path: /, port: 80}}
          env:
            - {name: STOCK_URL, value: "http://stock:80"}
            - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
          envFrom: [{configMapRef: {name: config}}]
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec: {selector: {app: NAME}, type: NodePort}
"""


COMPOSE = {
    "compose.yaml": """\
        name: shop
        include: [{path: parts/stock.yaml, env_file: parts/own.env}]
        x-base: &base
          healthcheck: {test: [CMD, x], interval: 5s}
          environment: &env {LOG: info, STOCK_URL: "http://${STOCK:-stock}:80"}
        services:
          orders:
            <<: *base
            image: acme/orders:${TAG:-1}
            ports: ["80:80", {published: 81, target: 81}]
            env_file: [.env, {path: gone.env, required: false}]
            depends_on: {stock: {condition: service_healthy}, mq: {}}
            deploy: {replicas: 2}
          audit: {extends: {service: orders}, profiles: [debug], environment: [MQ_URL=amqp://mq:5672]}
          mq: {image: "rabbitmq:3", environment: {RABBITMQ_DEFAULT_PASS: hunter2}}
          db: {image: postgres, hostname: data}
        """,
    "parts/stock.yaml": """\
        services:
          stock:
            extends: {file: ../common/base.yaml, service: base}
            environment: {DB_URL: "jdbc:postgresql://data/${DB}"}
        """,
    "common/base.yaml": "services: {base: {image: acme/base, command: [--peer, http://orders:80]}}\n",
    ".env": "# hosts\nTAG=7\nSTOCK='stock'\nAPI_KEY=s3cr3t\n",
    "parts/own.env": "DB=stock\n",
}
KUSTOMIZE = {
    "base/kustomization.yaml": """\
        resources: [orders.yaml, stock.yaml]
        configMapGenerator: [{name: config, literals: ["PAY_URL=https://pay.example.com"], envs: [a.env]}]
        """,
    "base/orders.yaml": _POD.replace("NAME", "orders"),
    "base/stock.yaml": _POD.replace("NAME", "stock"),
    "base/a.env": "ORDERS_URL=http://orders\n",
    "overlays/prod/kustomization.yaml": """\
        resources: [../../base]
        components: [../../tls]
        namespace: shop
        namePrefix: p-
        commonLabels: {part: shop}
        replicas: [{name: orders, count: 5}]
        images: [{name: acme/stock, newName: redis}]
        configMapGenerator: [{name: config, behavior: merge, literals: [A=b]}]
        patches:
          - path: patch.yaml
          - target: {kind: Deployment, name: stock|x, labelSelector: "team=core"}
            patch: |-
              - {op: replace, path: /spec/replicas, value: 3}
              - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: X_URL, value: "http://p-orders"}}
        """,
    "overlays/prod/patch.yaml": """\
        kind: Deployment
        metadata: {name: orders}
        spec: {template: {spec: {containers: [{name: orders, env: [{name: STOCK_URL, $patch: delete}]}]}}}
        """,
    "overlays/dev/kustomization.yaml": "bases: [../../base]\nnameSuffix: -dev\n",
    "tls/kustomization.yaml": "kind: Component\nresources: [tls.yaml]\n",
    "tls/tls.yaml": "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: x}\nspec: {mtls: {mode: STRICT}}\n",
}
HELM = {
    "Chart.yaml": "apiVersion: v2\nname: shop\ndependencies: [{name: cache, condition: cache.enabled}]\n",
    "values.yaml": "services: {orders: {calls: [stock]}, stock: {replicas: 2}}\ncache: {enabled: true, host: c}\n",
    "templates/_helpers.tpl": '{{- define "labels" -}}\napp: {{ .name }}\n{{- end }}\n',
    "templates/all.yaml": """\
        {{- $root := . }}
        {{- range $name, $one := .Values.services }}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{ $name }}}
        spec:
          replicas: {{ $one.replicas | default 1 }}
          template:
            metadata:
              labels: {{- include "labels" (dict "name" $name) | nindent 8 }}
            spec:
              containers:
                - name: {{ $name | quote }}
                  image: "acme/{{ $name }}:{{ $root.Chart.AppVersion }}"
                  {{- with $one.calls }}
                  env:
                    {{- range . }}
                    - {name: {{ upper . }}_URL, value: {{ printf "http://%s:80" . }}}
                    {{- end }}
                  {{- else }}
                  env: []
                  {{- end }}
        {{- end }}
        """,
    "templates/service.yaml": """\
        {{ if and .Values.services (not .Values.off) -}}
        apiVersion: v1
        kind: Service
        metadata: {name: stock}
        spec: {selector: {app: stock}, type: {{ tpl .Values.type . | default "ClusterIP" }}}
        {{- end }}
        """,
    "charts/cache/Chart.yaml": "name: cache\n",
    "charts/cache/values.yaml": "host: own\n",
    "charts/cache/templates/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ .Values.host }}'}\nspec: {containers: [{image: redis}]}\n",
}
MESH = {
    "shop.yaml": _POD.replace("NAME", "orders") + "---\n" + _POD.replace("NAME", "stock"),
    "mesh.yaml": """\
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: stock}
        spec: {hosts: [stock], http: [{timeout: 1.5s, retries: {attempts: 2}, route: [{destination: {host: stock}}]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: stock}
        spec: {host: stock, trafficPolicy: {outlierDetection: {baseEjectionTime: 30s}, tls: {mode: ISTIO_MUTUAL}}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: web}
        spec: {rules: [{http: {paths: [{path: "/orders(/|$)(.*)", backend: {service: {name: orders}}}]}}]}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: web}
        spec: {parentRefs: [{name: gw}], rules: [{timeouts: {request: 2s}, matches: [{path: {value: /s}, method: GET}], backendRefs: [{name: stock}]}]}
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: jwt}
        spec: {jwtRules: [{issuer: "https://login.example.com", audiences: [shop], jwksUri: "https://login.example.com/keys"}]}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: config}
        data: {STOCK_ADDR: "stock:80", app.conf: "url: http://stock/\\n"}
        """,
}
DRAWING = {
    "drawing.yml": """\
        tosca_definitions_version: micro_tosca
        topology_template:
          relationship_templates: {quick: {properties: {timeout: true, circuit_breaker: true}}}
          node_templates:
            gateway: {type: micro.nodes.MessageRouter, requirements: [{interaction: orders}]}
            orders:
              type: micro.nodes.Service
              requirements:
                - interaction: {node: stock, relationship: quick}
                - interaction: db
                - deployed_on: box
            stock: {type: micro.nodes.Service, requirements: [{interaction: {node: mq}}, {deployed_on: box}]}
            mq: {type: micro.nodes.MessageBroker}
            db: {type: micro.nodes.Datastore}
            box: {type: micro.nodes.Compute}
          groups:
            edge: {type: micro.groups.Edge, members: [gateway]}
            core: {type: micro.groups.Team, members: [orders, stock]}
        """,
}
DATAFLOW = {
    "model.json": """\
        {"services": [{"name": "gateway", "stereotypes": ["gateway", "infrastructural"], "tagged_values": {}},
                      {"name": "orders", "stereotypes": ["internal", "local_logging"], "tagged_values": {"Port": 80}},
                      {"name": "registry", "stereotypes": ["service_discovery"], "tagged_values": {}},
                      {"name": "data", "stereotypes": ["database"], "tagged_values": {"Database": "MongoDB"}}],
         "external_entities": [{"name": "user", "stereotypes": ["user_stereotype"]}],
         "information_flows": [{"sender": "user", "receiver": "gateway", "stereotypes": ["restful_http"]},
                               {"sender": "gateway", "receiver": "orders", "stereotypes": ["circuit_breaker_link"]},
                               {"sender": "orders", "receiver": "data", "stereotypes": ["jdbc"]}]}
        """,
}
TOPOLOGY = {
    "topology.json": """\
        {"system": "shop",
         "nodes": [{"name": "web", "kind": "gateway"}, {"name": "orders", "kind": "service"}, {"name": "stock"},
                   {"name": "mq", "kind": "broker"}, {"name": "db", "kind": "datastore"}],
         "edges": [{"source": "web", "target": "orders", "kind": "sync", "protocol": "http", "evidence": "a.go:1"},
                   {"source": "orders", "target": "mq", "kind": "async-publish", "protocol": "amqp: placed"},
                   {"source": "mq", "target": "stock", "kind": "async-consume", "protocol": "amqp: placed"},
                   {"source": "stock", "target": "db", "kind": "data", "protocol": "mongodb: stock"}]}
        """,
}
ALL: dict[str, dict[str, str]] = {
    name: {file: dedent(text) for file, text in files.items()}
    for name, files in {
        "compose": COMPOSE, "kustomize": KUSTOMIZE, "helm": HELM, "mesh": MESH, "drawing": DRAWING,
        "dataflow": DATAFLOW, "topology": TOPOLOGY,
    }.items()
}  # fmt: skip
"""Form -> file -> text."""
