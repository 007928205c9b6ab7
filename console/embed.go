// Package console is the operators' web console: its source in TypeScript below src, and what was built of it below dist,
// which is embedded in the program. It talks with the server by the public API alone.
//
//	mux.Handle("/", console.Handler())
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed all:dist
var built embed.FS

// noncePlace stands in the built page where each answer has a nonce of its own.
const noncePlace = "__STYLE_NONCE__"

// places are the first parts of the paths at which the page is served: it finds its way by the rest itself.
var places = []string{"", "inbox", "agents", "integrations", "overview", "access"}

// asset is a built file as it is sent.
type asset struct {
	kind         string
	plain, small []byte // small is compressed by gzip; nil where that gains nothing
}

var assets = sync.OnceValue(func() map[string]asset {
	found := map[string]asset{}
	err := fs.WalkDir(built, "dist/assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		plain, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		found[strings.TrimPrefix(name, "dist")] = asset{kind: mime.TypeByExtension(path.Ext(name)), plain: plain, small: compressed(plain)}
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("console: read the embedded files: %v", err)) // they are part of the program
	}
	return found
})

// Handler serves the page at the paths of the console and its assets, and answers 404 for all others. Assets carry the
// hash of what is in them in their names, so that browsers may keep them for good.
func Handler() http.Handler {
	page, err := fs.ReadFile(built, "dist/index.html")
	if err != nil {
		panic(fmt.Sprintf("console: read the embedded page: %v", err))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if first == "assets" {
			serveAsset(w, r)
			return
		}
		if !isPlace(first) {
			http.NotFound(w, r)
			return
		}
		if !readOnly(w, r) {
			return
		}
		nonce := rand.Text()
		guard(w.Header(), nonce)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store") // the nonce is for once
		_, _ = w.Write(bytes.ReplaceAll(page, []byte(noncePlace), []byte(nonce)))
	})
}

func isPlace(first string) bool {
	for _, place := range places {
		if first == place {
			return true
		}
	}
	return false
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	file, ok := assets()[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if !readOnly(w, r) {
		return
	}
	head := w.Header()
	head.Set("Content-Type", file.kind)
	head.Set("Cache-Control", "public, max-age=31536000, immutable")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Vary", "Accept-Encoding")
	body := file.plain
	if file.small != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		head.Set("Content-Encoding", "gzip")
		body = file.small
	}
	head.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

// readOnly refuses what is neither GET nor HEAD.
func readOnly(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

// guard says what the page may do: it loads and connects to nothing but this server, runs no script that stands in the
// page, and is shown in no frame. Styles that the component library makes at run time carry the nonce.
func guard(head http.Header, nonce string) {
	head.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'nonce-"+nonce+"'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	head.Set("X-Frame-Options", "DENY")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
}

// compressed is nil for what is not worth it.
func compressed(plain []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	_, err = z.Write(plain)
	if err := z.Close(); err != nil {
		return nil
	}
	if err != nil || b.Len() > len(plain)*9/10 {
		return nil
	}
	return b.Bytes()
}
