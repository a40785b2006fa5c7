// The floor of a change: lists, says `watching`, then writes each ADDED or MODIFIED plainly until it is killed.
package main

import (
	"encoding/json"
	"fmt"
	"net/url"

	"k8s-sidecar-floors/kube"
)

func main() {
	client := kube.NewClient()
	from := client.List()
	body := client.Get(url.Values{"watch": {"true"}, "resourceVersion": {from}})
	fmt.Println("watching")
	events := json.NewDecoder(body)
	for {
		var event struct {
			Type   string         `json:"type"`
			Object kube.ConfigMap `json:"object"`
		}
		if err := events.Decode(&event); err != nil {
			kube.Fail(err)
		}
		if event.Type == "ADDED" || event.Type == "MODIFIED" {
			client.Write(event.Object)
		}
	}
}
