package report_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// asked opens a page in headless Chromium and returns the addresses that it asked
// a network for. Those that the browser asks for of its own accord, such as updates,
// have no origin, and are left out.
func asked(t *testing.T, browser, page string) []string {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "net.json")
	c := exec.CommandContext(t.Context(), browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--log-net-log="+log, "--net-log-capture-mode=Everything",
		"--screenshot="+filepath.Join(dir, "page.png"), "file://"+filepath.ToSlash(page))
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
	require.FileExists(t, filepath.Join(dir, "page.png"), "the page was drawn")
	data, err := os.ReadFile(log)
	require.NoError(t, err)
	var events struct {
		Events []struct {
			Params struct {
				URL       string `json:"url"`
				Initiator string `json:"initiator"`
			} `json:"params"`
		} `json:"events"`
	}
	require.NoError(t, json.Unmarshal(data, &events))
	require.NotEmpty(t, events.Events)
	var urls []string
	for _, e := range events.Events {
		if p := e.Params; p.URL != "" && p.Initiator != "" && p.Initiator != "not an origin" {
			urls = append(urls, p.URL)
		}
	}
	return urls
}

// A browser that opens the report asks no network for anything; a page that names
// an image elsewhere shows that the test would tell.
func TestBrowserAsksForNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser twice")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium in PATH")
	}
	dir := t.TempDir()
	bad, good := filepath.Join(dir, "bad.html"), filepath.Join(dir, "good.html")
	require.NoError(t, os.WriteFile(bad, []byte(`<!DOCTYPE html><title>x</title><img src="http://127.0.0.1:9/x.png">`), 0o666))
	require.Equal(t, []string{"http://127.0.0.1:9/x.png"}, asked(t, browser, bad))

	g, set, pairs := blobs(t)
	require.NoError(t, made(t, g, set, small(pairs)).Save(good))
	require.Empty(t, asked(t, browser, good))
}
