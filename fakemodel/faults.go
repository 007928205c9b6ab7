package fakemodel

import (
	"fmt"
	"strconv"
	"time"
)

// Error is a refusal, written in the form of the API that was asked.
type Error struct {
	Code    int    // HTTP status
	Status  string // Google's word, as UNAVAILABLE
	Message string
	Details []any // of Gemini's error
	// Reason is Google's ErrorInfo reason and OpenAI's code, as API_KEY_INVALID or context_length_exceeded.
	Reason string
	Param  string // of OpenAI's error
	// RetryAfter is sent as a header, in whole seconds. Google does not send it; compatible servers do.
	RetryAfter time.Duration
	HTML       string // sent instead of everything but the code
}

// Quota is a quota that is used up, to be asked again after a while. perDay says it is the day's quota.
func Quota(retry time.Duration, perDay bool) *Error {
	per := "Minute"
	if perDay {
		per = "Day"
	}
	return &Error{
		Code: 429, Status: "RESOURCE_EXHAUSTED", Reason: "rate_limit_exceeded", RetryAfter: retry,
		Message: fmt.Sprintf("You exceeded your current quota, please check your plan and billing details. Please retry in %gs.",
			retry.Seconds()),
		Details: []any{
			map[string]any{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []any{map[string]any{
				"quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
				"quotaId":     "GenerateRequestsPer" + per + "PerProjectPerModel-FreeTier", "quotaValue": "10",
			}}},
			map[string]any{
				"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": strconv.FormatFloat(retry.Seconds(), 'f', -1, 64) + "s",
			},
		},
	}
}

// Overloaded is a model that has no time.
func Overloaded() *Error {
	return &Error{Code: 503, Status: "UNAVAILABLE", Message: "The model is overloaded. Please try again later."}
}

// Internal is a fault on the other side.
func Internal() *Error {
	return &Error{Code: 500, Status: "INTERNAL", Message: "An internal error has occurred. Please retry or report in " +
		"https://developers.generativeai.google/guide/troubleshooting"}
}

// BadGateway is what a proxy says in front of a server that is gone: HTML, no JSON.
func BadGateway() *Error {
	return &Error{Code: 502, HTML: "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>\n"}
}

// ContextLength is a prompt that is too long.
func ContextLength() *Error {
	return &Error{
		Code: 400, Status: "INVALID_ARGUMENT", Reason: "context_length_exceeded", Param: "messages",
		Message: "The input token count exceeds the maximum number of tokens allowed.",
	}
}

func badRequest(format string, args ...any) *Error {
	return &Error{Code: 400, Status: "INVALID_ARGUMENT", Message: fmt.Sprintf(format, args...)}
}

// badKey is a wrong key. Google says 400 where others say 401.
func badKey(google bool) *Error {
	if google {
		e := badRequest("API key not valid. Please pass a valid API key.")
		e.Reason = "API_KEY_INVALID"
		return e
	}
	return &Error{Code: 401, Message: "Incorrect API key provided. You can find your API key at your provider.", Reason: "invalid_api_key"}
}

// noKey is a request to Gemini without any key.
func noKey() *Error {
	return &Error{Code: 403, Status: "PERMISSION_DENIED", Message: "Method doesn't allow unregistered callers (callers without " +
		"established identity). Please use API Key or other form of API consumer identity to call this API."}
}

// google is the error as Google writes it.
func (e *Error) google() map[string]any {
	inner := map[string]any{"code": e.Code, "message": e.Message, "status": e.Status}
	details := e.Details
	if e.Reason == "API_KEY_INVALID" {
		details = append(details, map[string]any{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": e.Reason, "domain": "googleapis.com",
			"metadata": map[string]any{"service": "generativelanguage.googleapis.com"},
		})
	}
	if len(details) > 0 {
		inner["details"] = details
	}
	return map[string]any{"error": inner}
}

// openAI is the error as OpenAI writes it.
func (e *Error) openAI() map[string]any {
	kind := "invalid_request_error"
	switch {
	case e.Code == 429:
		kind = "requests"
	case e.Code >= 500:
		kind = "server_error"
	}
	inner := map[string]any{"message": e.Message, "type": kind, "param": nil, "code": nil}
	if e.Param != "" {
		inner["param"] = e.Param
	}
	if e.Reason != "" {
		inner["code"] = e.Reason
	}
	return map[string]any{"error": inner}
}
