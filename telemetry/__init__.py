"""What operators see of a process: metrics for Prometheus, traces for OpenTelemetry."""
