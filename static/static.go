// Package static serves the built files of web pages that are embedded in the program, and says what the pages may do.
//
//	files := static.New(static.Unpacked(packed), "assets", "/assets/")
//	mux.Handle("/chat/assets/", files)
package static

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Files are built files as they are sent.
type Files struct{ byPath map[string]file }

type file struct {
	kind string
	load func() content // for the first who asks: to compress them all would take longer than all else at the start
}

type content struct {
	plain, small []byte // small is compressed by gzip; nil where that gains nothing
}

func newFile(from fs.FS, name string) file {
	return file{kindOf(name), sync.OnceValue(func() content {
		plain, err := fs.ReadFile(from, name)
		if err != nil {
			panic(fmt.Sprintf("static: read an embedded file: %v", err))
		}
		return content{plain, compressed(plain)}
	})}
}

// Unpacked is what is in a ZIP file. It panics when that cannot be read: it is part of the program.
func Unpacked(packed []byte) fs.FS {
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		panic(fmt.Sprintf("static: read the embedded ZIP file: %v", err))
	}
	return files
}

// New returns the files below a folder, served below a path. It panics when they cannot be listed: they are part of the program.
// Their names must carry the hash of what is in them, because browsers keep them for good.
func New(from fs.FS, folder, below string) *Files {
	files := &Files{map[string]file{}}
	err := fs.WalkDir(from, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files.byPath[below+strings.TrimPrefix(name, folder+"/")] = newFile(from, name)
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("static: list the embedded files: %v", err))
	}
	return files
}

// kindOf does not ask the system, whose tables differ.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// ServeHTTP implements http.Handler.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, ok := f.byPath[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	found.send(w, r)
}

// File is one file that is served under a name without a hash, for which browsers ask again after a while.
func File(from fs.FS, name string) http.Handler {
	found := newFile(from, name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=300")
		found.send(w, r)
	})
}

func (f file) send(w http.ResponseWriter, r *http.Request) {
	if !ReadOnly(w, r) {
		return
	}
	head := w.Header()
	head.Set("Content-Type", f.kind)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cross-Origin-Resource-Policy", "cross-origin") // the script for other pages is for them
	head.Set("Vary", "Accept-Encoding")
	loaded := f.load()
	body := loaded.plain
	if loaded.small != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		head.Set("Content-Encoding", "gzip")
		body = loaded.small
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client may be gone
	}
}

// ReadOnly refuses what is neither GET nor HEAD, and says whether to go on.
func ReadOnly(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

// Policy is what a page may do besides what every page may: load scripts, styles and data from this server alone, and run nothing
// that stands in the page.
type Policy struct {
	// Frames are the origins whose pages may show this one in a frame; none means no page.
	Frames []string
	// StyleNonce, unless it is empty, is carried by those styles that scripts may write into the page.
	StyleNonce string
	// InlineStyles allows styles that scripts write into the page, and fonts that stand in styles.
	InlineStyles bool
}

// Guard sets the headers of a page.
func Guard(head http.Header, p Policy) {
	frames, styles := "'none'", "'self'"
	if len(p.Frames) > 0 {
		frames = strings.Join(p.Frames, " ")
	} else {
		head.Set("X-Frame-Options", "DENY")
	}
	if p.StyleNonce != "" {
		styles += " 'nonce-" + p.StyleNonce + "'"
	}
	if p.InlineStyles {
		styles += " 'unsafe-inline'; font-src 'self' data:"
	}
	head.Set("Content-Security-Policy", "default-src 'self'; style-src "+styles+"; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "+frames)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
}

// compressed is nil for what is not worth it.
func compressed(plain []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one that there is
	_, _ = z.Write(plain)                                 // to memory: it cannot fail
	_ = z.Close()
	if b.Len() > len(plain)*9/10 {
		return nil
	}
	return b.Bytes()
}
