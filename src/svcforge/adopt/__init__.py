"""What a team has already (compose, Kubernetes, drawings, dataflow models) -> a first blueprint of it, as text."""
