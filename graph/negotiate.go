package graph

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Media types of answers.
const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
	mediaEvents  = "text/event-stream"
)

// offer is what a client would take.
type offer struct {
	plain  string  // the media type for a whole answer; empty if it takes none
	events bool    // whether it takes server-sent events
	prefer float64 // by how much it prefers them; negative: a whole answer
}

// negotiate reads the Accept header. The type with the greatest weight counts, and among equals the one named first. Who
// takes anything gets application/json, which every client reads.
func negotiate(r *http.Request) offer {
	header := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		header = "*/*"
	}
	ranges := parseAccept(header)
	json, graphql, events := weigh(ranges, mediaJSON), weigh(ranges, mediaGraphQL), weigh(ranges, mediaEvents)
	if events.exact == 0 { // of who takes anything nobody expects a stream
		events.q = 0
	}
	best := json
	o := offer{plain: mediaJSON, events: events.q > 0}
	if graphql.q > json.q || graphql.q == json.q && graphql.exact == 2 && (json.exact < 2 || graphql.at < json.at) {
		o.plain, best = mediaGraphQL, graphql
	}
	if o.prefer = events.q - best.q; o.prefer == 0 && events.at < best.at {
		o.prefer = 1
	}
	if best.q == 0 {
		o.plain = ""
	}
	return o
}

// isEventStream says whether the request would rather have server-sent events than a whole answer.
func (o offer) isEventStream() bool { return o.events && (o.plain == "" || o.prefer > 0) }

// acceptRange is one item of an Accept header.
type acceptRange struct {
	media string
	q     float64
}

func parseAccept(header string) (ranges []acceptRange) {
	for item := range strings.SplitSeq(header, ",") {
		media, parameters, err := mime.ParseMediaType(item)
		if err != nil || parameters["charset"] != "" && !strings.EqualFold(parameters["charset"], "utf-8") {
			continue
		}
		q := 1.0
		if text, given := parameters["q"]; given {
			if q, err = strconv.ParseFloat(text, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		ranges = append(ranges, acceptRange{media, q})
	}
	return ranges
}

// weight is how much a client wants a type: the item that names it most exactly says it.
type weight struct {
	q     float64
	exact int // 2: by its name; 1: by its kind; 0: as anything
	at    int
}

func weigh(ranges []acceptRange, media string) weight {
	kind, _, _ := strings.Cut(media, "/")
	w := weight{exact: -1}
	for i, r := range ranges {
		exact := map[string]int{media: 3, kind + "/*": 2, "*/*": 1}[r.media] - 1
		if exact > w.exact {
			w = weight{r.q, exact, i}
		}
	}
	return w
}
