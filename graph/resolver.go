package graph

import (
	"parley/access"
	"parley/delivery"
	"parley/dialogue"
	"parley/ent"
	"parley/eventlog"
	"parley/graph/gql"
	"parley/graph/socket"
	"parley/live"
	"parley/rate"
	"parley/retention"
	"parley/seal"
)

// Resolver holds what resolvers need, and nothing else.
type Resolver struct {
	log       *eventlog.Log
	client    *ent.Client
	keys      *seal.Keys
	access    *access.Service
	dialogue  *dialogue.Service
	delivery  *delivery.Service
	retention *retention.Service
	models    []*gql.Model
	proxies   proxies
	pages     socket.Options
	signIns   *rate.Meter // by address
	visitors  *rate.Meter // by address
	chats     *rate.Meter // by workspace
	live      *live.Hub
	people    *live.Presences
	reads     *live.Reads
}
