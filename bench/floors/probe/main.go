// The observer of latency: updates one object at a time, of two programs in turns, and gives for each update the
// milliseconds from the API server's answer until the new content is in the file.
//
// Not a part of the bench's own process: that one would first finish with the answer and only then look at the folder,
// and would be busy on a core that the observed program wants.
//
// Arguments: COUNT, then for each side the URL of its ConfigMaps and its folder. Environment: LABEL, CA_FILE,
// TOKEN_FILE. Prints an array of COUNT numbers for each side.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"k8s-sidecar-floors/kube"
)

type change struct{ name, text string }

type side struct {
	url, folder string
	keys        []string
	expected    atomic.Pointer[change]
	seen        chan time.Time
	millis      []float64
}

func main() {
	count := kube.Must(strconv.Atoi(os.Args[1]))
	client := kube.NewClient()
	sides := []*side{}
	for rest := os.Args[2:]; len(rest) >= 2; rest = rest[2:] {
		next := &side{url: rest[0], folder: rest[1], seen: make(chan time.Time, 1)}
		for _, entry := range kube.Must(os.ReadDir(next.folder)) {
			if !strings.HasPrefix(entry.Name(), ".") {
				next.keys = append(next.keys, entry.Name())
			}
		}
		go next.watch(kube.Must(syscall.InotifyInit1(syscall.IN_CLOEXEC)))
		sides = append(sides, next)
	}
	// The first ones are dearer for everybody: code is compiled, buffers grow.
	const warmUp = 20
	for n := range warmUp + count {
		for _, one := range sides {
			millis := one.update(client, n)
			if n >= warmUp {
				one.millis = append(one.millis, millis)
			}
		}
	}
	result := [][]float64{}
	for _, one := range sides {
		result = append(result, one.millis)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		kube.Fail(err)
	}
}

func (s *side) update(client *kube.Client, n int) float64 {
	// Out of step with every timer of the machine; the same object comes again only after seconds.
	time.Sleep(5*time.Millisecond + time.Duration(kube.Must(rand.Int(rand.Reader, big.NewInt(10_000_000))).Int64()))
	next := &change{s.keys[n%len(s.keys)], newText()}
	body := kube.Must(json.Marshal(map[string]any{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   map[string]any{"name": next.name, "labels": map[string]string{os.Getenv("LABEL"): "1"}},
		"data":       map[string]string{next.name: next.text},
	}))
	request := kube.Must(http.NewRequest("PUT", s.url+"/"+next.name, bytes.NewReader(body)))
	request.Header.Set("Content-Type", "application/json")
	s.expected.Store(next)
	answer := client.Do(request)
	answered := time.Now()
	kube.Must(io.Copy(io.Discard, answer.Body))
	answer.Body.Close()
	select {
	case seen := <-s.seen:
		return float64(seen.Sub(answered)) / 1e6
	case <-time.After(20 * time.Second):
		kube.Fail(fmt.Errorf("expected %s to change within 20 s", next.name))
		return 0
	}
}

// watch says when the expected content is there. inotify tells of a file that was closed after writing or renamed to;
// what counts is the whole content.
func (s *side) watch(inotify int) {
	runtime.LockOSThread()
	kube.Must(syscall.InotifyAddWatch(inotify, s.folder, syscall.IN_CLOSE_WRITE|syscall.IN_MOVED_TO))
	buffer := make([]byte, 64*1024)
	for {
		length := kube.Must(syscall.Read(inotify, buffer))
		now := time.Now()
		expected := s.expected.Load()
		for at := 0; at < length; {
			event := (*syscall.InotifyEvent)(unsafe.Pointer(&buffer[at]))
			from := at + syscall.SizeofInotifyEvent
			at = from + int(event.Len)
			name := string(bytes.TrimRight(buffer[from:at], "\x00"))
			if expected == nil || name != expected.name {
				continue
			}
			if text, err := os.ReadFile(filepath.Join(s.folder, name)); err == nil && string(text) == expected.text {
				s.expected.Store(nil)
				s.seen <- now
				expected = nil
			}
		}
	}
}

// newText is 5,000 bytes, as the bench's other contents are.
func newText() string {
	random := make([]byte, 3750)
	kube.Must(rand.Read(random))
	return base64.StdEncoding.EncodeToString(random)
}
