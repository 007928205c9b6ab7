package graph

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"parley/access"
	"parley/ent/viewer"
	"parley/graph/gql"
	"parley/graph/socket"
	"parley/rate"
)

// Names of the session's cookie. Browsers take the first one over https only, from this host alone, for all of its paths.
const (
	secureCookie = "__Host-parley_session"
	plainCookie  = "parley_session"
)

// Who may do without a key is bounded by address, and what all of them may do together in one workspace.
var (
	tries    = rate.Limits{rate.Address: {Fields: 10}}
	visitors = rate.Limits{rate.Address: {Fields: 600}}
)

var (
	errForeignPage = errors.New("a request with a session must come from a page of this server: it lacks its Origin, or has another one")
	errNotPlain    = statusError{http.StatusBadRequest, "sign in and out by a POST"}
)

// proxies says who asks, and how, where proxies stand in front.
type proxies struct {
	trusted []netip.Prefix
	https   bool // whether browsers reach the server by https, whatever the proxy says
}

// caller is the address of the client: the last one in X-Forwarded-For that is no trusted proxy, if a trusted proxy sent it.
func (p proxies) caller(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	address := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trusts(address); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = before.Unmap()
	}
	return address
}

func (p proxies) trusts(a netip.Addr) bool {
	for _, trusted := range p.trusted {
		if trusted.Contains(a) {
			return true
		}
	}
	return false
}

// secure says whether the browser speaks https.
func (p proxies) secure(r *http.Request) bool {
	if p.https || r.TLS != nil {
		return true
	}
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	return p.trusts(at.Addr().Unmap()) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// cookie is the session's cookie as it is set; an empty value takes it back.
func (p proxies) cookie(r *http.Request, value string) *http.Cookie {
	c := &http.Cookie{Name: plainCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: int(access.SessionLife.Seconds())}
	if p.secure(r) {
		c.Name, c.Secure = secureCookie, true
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// admitSession returns the context of a request with the viewer of its session, if it has one. A session that has ended is as
// none, and its cookie is taken back.
func (f *front) admitSession(w http.ResponseWriter, r *http.Request) (context.Context, error) {
	ctx := r.Context()
	sent, err := r.Cookie(f.proxies.cookie(r, "").Name)
	if err != nil || sent.Value == "" {
		return ctx, nil
	}
	if !f.ownPage(r) {
		return ctx, errForeignPage
	}
	if err := f.mayTry(ctx, sent.Value); err != nil {
		return ctx, err
	}
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	v, err := f.access.AuthenticateSession(limited, sent.Value)
	switch {
	case limited.Err() != nil:
		return ctx, limited.Err()
	case errors.Is(err, access.ErrUnauthenticated):
		http.SetCookie(w, f.proxies.cookie(r, ""))
		return ctx, nil
	case err != nil:
		return ctx, err
	}
	f.good.remember(sent.Value)
	return viewer.NewContext(ctx, v), nil
}

// ownPage says whether a request, which browsers send with a cookie whoever made it, was made by a page that may.
func (f *front) ownPage(r *http.Request) bool {
	if r.Header.Get("Origin") != "" {
		return f.pages.Allows(r)
	}
	// Browsers name the origin of every POST and WebSocket. Of a GET they name it when it is another one.
	switch from := r.Header.Get("Sec-Fetch-Site"); {
	case socket.Is(r):
		return false
	case r.Method == http.MethodGet:
		return from == "same-origin" || from == "none" || from == ""
	default:
		return from == "same-origin"
	}
}

// plainRequest is what resolvers know of a request that is no stream.
type plainRequest struct {
	w http.ResponseWriter
	r *http.Request
}

// plainOf is the request of ctx; false on a WebSocket.
func plainOf(ctx context.Context) (plainRequest, bool) {
	a := asked(ctx)
	if a == nil || a.plain.r == nil {
		return plainRequest{}, false
	}
	return a.plain, true
}

// signIn answers `signIn`.
func (r *Resolver) signIn(ctx context.Context, in gql.SignInInput) (*gql.SignInPayload, error) {
	p, ok := plainOf(ctx)
	if !ok {
		return nil, errNotPlain
	}
	if origin := p.r.Header.Get("Origin"); origin != "" && !r.pages.Allows(p.r) {
		return nil, errForeignPage
	}
	if _, err := r.signIns.Take(rate.Address, address(ctx), rate.Amount{Fields: 1}, time.Now()); err != nil {
		return nil, err
	}
	done, err := r.access.SignIn(ctx, strings.TrimSpace(in.Key), p.r.UserAgent())
	if err != nil {
		return nil, err
	}
	if v, known := viewer.FromContext(ctx); known && v.Session != "" { // that nobody has the cookie of any more
		if err := r.access.EndSession(ctx); err != nil {
			return nil, err
		}
	}
	who, err := r.whoAsks(viewer.NewContext(ctx, done.Viewer))
	if err != nil {
		return nil, err
	}
	http.SetCookie(p.w, r.proxies.cookie(p.r, done.Cookie.Reveal()))
	return &gql.SignInPayload{ClientMutationID: in.ClientMutationID, Viewer: who, Session: done.Session}, nil
}

// signOut answers `signOut`.
func (r *Resolver) signOut(ctx context.Context, in gql.SignOutInput) (*gql.SignOutPayload, error) {
	p, ok := plainOf(ctx)
	if !ok {
		return nil, errNotPlain
	}
	if _, known := viewer.FromContext(ctx); known {
		if err := r.access.EndSession(ctx); err != nil {
			return nil, err
		}
	}
	http.SetCookie(p.w, r.proxies.cookie(p.r, ""))
	return &gql.SignOutPayload{ClientMutationID: in.ClientMutationID}, nil
}

// endSessions answers `endSessions`.
func (r *Resolver) endSessions(ctx context.Context, in gql.EndSessionsInput) (*gql.EndSessionsPayload, error) {
	n, err := r.access.EndSessions(ctx)
	if err != nil {
		return nil, err
	}
	if p, ok := plainOf(ctx); ok {
		http.SetCookie(p.w, r.proxies.cookie(p.r, ""))
	}
	return &gql.EndSessionsPayload{ClientMutationID: in.ClientMutationID, Ended: n}, nil
}
