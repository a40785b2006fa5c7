// Package kube is what both floors do: read ConfigMaps from the API and write each key plainly, with nothing between.
package kube

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

type ConfigMap struct {
	Data map[string]string `json:"data"`
}

type Client struct {
	http   *http.Client
	url    string
	token  string
	Folder string
}

// NewClient reads its world from the environment: CA_FILE, TOKEN_FILE, and for List, Get and Write API_URL (up to
// …/configmaps), LABEL and FOLDER.
func NewClient() *Client {
	ca := Must(os.ReadFile(os.Getenv("CA_FILE")))
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		Fail(fmt.Errorf("expected CA_FILE to hold a certificate"))
	}
	token := Must(os.ReadFile(os.Getenv("TOKEN_FILE")))
	// Compression would cost both sides more than loopback saves.
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableCompression: true}
	return &Client{&http.Client{Transport: transport}, os.Getenv("API_URL"), strings.TrimSpace(string(token)), os.Getenv("FOLDER")}
}

// Get gives the body of a 200; anything else ends the program.
func (c *Client) Get(query url.Values) io.ReadCloser {
	query.Set("labelSelector", os.Getenv("LABEL"))
	return c.Do(Must(http.NewRequest("GET", c.url+"?"+query.Encode(), nil))).Body
}

// Do gives the answer of a request when its headers are here; anything but a 200 ends the program.
func (c *Client) Do(request *http.Request) *http.Response {
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer := Must(c.http.Do(request))
	if answer.StatusCode != 200 {
		Fail(fmt.Errorf("expected 200 of %s, got %s", request.URL, answer.Status))
	}
	return answer
}

// List writes every ConfigMap, page by page as they come, and gives the resourceVersion to watch from.
func (c *Client) List() string {
	query := url.Values{"limit": {"500"}}
	for {
		var page struct {
			Metadata struct {
				ResourceVersion string `json:"resourceVersion"`
				Continue        string `json:"continue"`
			} `json:"metadata"`
			Items []ConfigMap `json:"items"`
		}
		body := c.Get(query)
		if err := json.NewDecoder(body).Decode(&page); err != nil {
			Fail(err)
		}
		body.Close()
		for _, item := range page.Items {
			c.Write(item)
		}
		if page.Metadata.Continue == "" {
			return page.Metadata.ResourceVersion
		}
		query.Set("continue", page.Metadata.Continue)
	}
}

func (c *Client) Write(object ConfigMap) {
	for name, text := range object.Data {
		if err := os.WriteFile(filepath.Join(c.Folder, name), []byte(text), 0o644); err != nil {
			Fail(err)
		}
	}
}

// Must gives the value of a call that may not fail.
func Must[T any](value T, err error) T {
	if err != nil {
		Fail(err)
	}
	return value
}

// Fail ends the program with a message on stderr.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
