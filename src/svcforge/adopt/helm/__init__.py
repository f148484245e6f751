"""Helm charts without Helm: templates are read, filled in with the chart's own values, and told where that is not enough."""
