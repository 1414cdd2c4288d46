module zap-obs/healthcheck

go 1.24
