module k8s-sidecar-floors

go 1.26
