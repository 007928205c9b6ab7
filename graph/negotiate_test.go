package graph_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestNegotiation(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const json, graphql, events = "application/json", "application/graphql-response+json", "text/event-stream"
		for accept, want := range map[string]string{ // empty: 406
			"": json, "*/*": json, "application/*": json, json: json, graphql: graphql, events: events,
			graphql + ", " + json: graphql, json + ", " + graphql: json,
			json + ";q=0.1, " + graphql + ";q=1": graphql, graphql + ";q=0.1, " + json: json,
			graphql + ";q=0.5, */*;q=0.9": json, graphql + ", */*": graphql, "*/*, " + graphql + ";q=0.5": json,
			json + ";q=0, " + graphql: graphql, json + ";q=0, */*": graphql,
			"APPLICATION/JSON": json, graphql + "; charset=utf-8": graphql, graphql + "; charset=UTF-8, " + json + ";q=0.9": graphql,
			graphql + "; charset=latin1, " + json + ";q=0.1": json,
			"text/html": "", "image/*": "", json + ";q=0": "", "*/*;q=0": "", "nonsense": "", json + ";q=2": "", json + "; charset=utf-16": "",
			"text/html, application/xhtml+xml, */*;q=0.8":                    json,
			json + ", multipart/mixed":                                       json,
			"multipart/mixed;subscriptionSpec=1.0, " + graphql + ", " + json: graphql,
			graphql + ", application/graphql+json, " + json + ", " + events:  graphql, // urql
			events + ", " + json + ";q=0.9":                                  events,
			events + ";q=0.9, " + json:                                       json,
			"text/*":                                                         events,
			events + ";q=0, text/*, " + json:                                 json,
		} {
			for method, send := range map[string]func(http.Header) (*http.Response, string){
				http.MethodPost: func(h http.Header) (*http.Response, string) {
					h.Set("Content-Type", json)
					return a.request(http.MethodPost, "", h, strings.NewReader(`{"query":"{viewer{role}}"}`))
				},
				http.MethodGet: func(h http.Header) (*http.Response, string) {
					return a.request(http.MethodGet, "?query={viewer{role}}", h, nil)
				},
			} {
				res, text := send(http.Header{"Accept": {accept}})
				got, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
				if want == "" && (res.StatusCode != http.StatusNotAcceptable || !coded(text)) || want != "" && (res.StatusCode != 200 || got != want) {
					t.Errorf("%s, Accept %q: %d %s, want %q", method, accept, res.StatusCode, got, want)
				}
			}
		}
	})
}

// TestStatuses is the status of every kind of answer, in both media types.
func TestStatuses(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const json, graphql = "application/json", "application/graphql-response+json"
		for body, want := range map[string][2]int{ // with application/json, with application/graphql-response+json
			`{"query":"{viewer{role}}"}`:                              {200, 200},
			`{"query":"{viewer{role} thread{id}}"}`:                   {200, 200},
			`{"query":"mutation{deleteAgent(input:{id:\"x\"}){id}}"}`: {200, 200},
			`{"query":"{"}`:         {200, 400},
			`{"query":"{nothing}"}`: {200, 400},
			`{"query":"query($n:Int){threads(first:$n){totalCount}}","variables":{"n":"x"}}`: {200, 400},
			`{"query":"query A{viewer{role}}","operationName":"B"}`:                          {200, 400},
			`{"query":"subscription{threadEvents(threadId:\"x\"){id}}"}`:                     {200, 400},
			`{"query":"` + strings.Repeat("{a", 100) + strings.Repeat("}", 100) + `"}`:       {200, 400},
			`{"query":1}`: {400, 400}, `{}`: {400, 400}, `{`: {400, 400}, `[{"query":"{viewer{role}}"}]`: {400, 400},
			`{"query":"{viewer{role}}","variables":[]}`:        {400, 400},
			`{"query":"` + strings.Repeat(" ", 300_000) + `"}`: {413, 413},
		} {
			for i, accept := range []string{json, graphql} {
				res, text := a.request(http.MethodPost, "", http.Header{"Content-Type": {json}, "Accept": {accept}}, strings.NewReader(body))
				if res.StatusCode != want[i] || strings.Contains(text, `"data":null`) && !strings.Contains(body, "mutation") || want[1] != 200 && strings.Contains(text, `"data"`) {
					t.Errorf("%.80s as %s: %d %.200s, want %d", body, accept, res.StatusCode, text, want[i])
				}
			}
		}
		for contentType, want := range map[string]int{
			json: 200, json + "; charset=utf-8": 200, json + `; charset="UTF-8"`: 200, json + "; charset=latin1": 415, "": 415,
			"text/plain": 415, "application/x-www-form-urlencoded": 415, "multipart/form-data; boundary=x": 415, "application/graphql": 415,
		} {
			res, text := a.request(http.MethodPost, "", http.Header{"Content-Type": {contentType}}, strings.NewReader(`{"query":"{viewer{role}}"}`))
			if res.StatusCode != want || want != 200 && !coded(text) {
				t.Errorf("Content-Type %q: %d %s", contentType, res.StatusCode, text)
			}
		}
		if res, _ := a.request(http.MethodPost, "", http.Header{"Content-Type": {json}, "Content-Encoding": {"gzip"}}, strings.NewReader("x")); res.StatusCode != 415 {
			t.Errorf("a compressed body: %d", res.StatusCode)
		}
		for query, want := range map[string]int{
			"": 400, "?query=": 400, "?variables={}": 400, "?query={viewer{role}}&operationName=&variables=": 200,
			"?query=" + url.QueryEscape(`query($a:Boolean!){viewer{role @include(if:$a)}}`) + `&variables={"a":true}`: 200,
		} {
			if res, text := a.request(http.MethodGet, query, http.Header{"Accept": {graphql}}, nil); res.StatusCode != want {
				t.Errorf("GET %q: %d %s, want %d", query, res.StatusCode, text, want)
			}
		}
	})
}
