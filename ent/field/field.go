//go:build !generate

// Package field describes the fields of entities for ent/schema. The generator of ent reads them in ent's own words, which generate.go
// passes on. A server reads of them, at its start, what new values are and which are refused, and that is all they are here: ent's own
// description leads to a type that asks others for their methods by number, and where a program reaches such a thing the linker keeps
// every exported method of every type, a quarter of the binary.
//
//	field.Int64("updated_at").GoType(ms.Time(0)).DefaultFunc(ms.Now)
package field

import (
	"errors"
	"unicode/utf8"

	"entgo.io/ent/schema"
)

// Field is one field. Package ent/runtime asks for its description.
type Field interface{ Descriptor() *Descriptor }

// Descriptor is what a server needs of a field: the values of new and of changed rows, or functions that make them, and checks.
type Descriptor struct {
	Default, UpdateDefault any
	Validators             []any
}

// common is what all fields have. T is what ent stores, F the kind of field, which every method returns. Methods without an effect
// are for the generator.
type common[T, F any] struct {
	self F
	d    Descriptor
}

func (c *common[T, F]) Descriptor() *Descriptor            { return &c.d }
func (c *common[T, F]) GoType(any) F                       { return c.self }
func (c *common[T, F]) Optional() F                        { return c.self }
func (c *common[T, F]) Nillable() F                        { return c.self }
func (c *common[T, F]) Immutable() F                       { return c.self }
func (c *common[T, F]) Unique() F                          { return c.self }
func (c *common[T, F]) Sensitive() F                       { return c.self }
func (c *common[T, F]) Comment(string) F                   { return c.self }
func (c *common[T, F]) Values(...string) F                 { return c.self }
func (c *common[T, F]) Annotations(...schema.Annotation) F { return c.self }
func (c *common[T, F]) Default(v T) F                      { c.d.Default = v; return c.self }
func (c *common[T, F]) DefaultFunc(make any) F             { c.d.Default = make; return c.self }
func (c *common[T, F]) UpdateDefault(make any) F           { c.d.UpdateDefault = make; return c.self }

func (c *common[T, F]) refuse(bad func(T) bool, why string) F {
	c.d.Validators = append(c.d.Validators, func(v T) error {
		if bad(v) {
			return errors.New(why)
		}
		return nil
	})
	return c.self
}

// Plain is a field without checks.
type Plain[T any] struct {
	common[T, *Plain[T]]
}

// Bool is true or false.
func Bool(string) *Plain[bool] { return plain[bool]() }

// Bytes are of any length.
func Bytes(string) *Plain[[]byte] { return plain[[]byte]() }

// JSON is of the type of the value.
func JSON(string, any) *Plain[any] { return plain[any]() }

// Enum is one of some words.
func Enum(string) *Plain[string] { return plain[string]() }

func plain[T any]() *Plain[T] {
	f := &Plain[T]{}
	f.self = f
	return f
}

// Chars is a text.
type Chars struct {
	common[string, *Chars]
}

// Text is a text of any length.
func Text(name string) *Chars { return String(name) }

// String is a text.
func String(string) *Chars {
	f := &Chars{}
	f.self = f
	return f
}

// NotEmpty refuses the empty text.
func (c *Chars) NotEmpty() *Chars {
	return c.refuse(func(s string) bool { return s == "" }, "value is less than the required length")
}

// MaxLen refuses more bytes than that.
func (c *Chars) MaxLen(most int) *Chars {
	return c.refuse(func(s string) bool { return len(s) > most }, "value is greater than the required length")
}

// MaxRuneLen refuses more characters than that.
func (c *Chars) MaxRuneLen(most int) *Chars {
	return c.refuse(func(s string) bool { return utf8.RuneCountInString(s) > most }, "value is greater than the required rune length")
}

// Number is a whole number.
type Number[T int | int64] struct {
	common[T, *Number[T]]
}

// Int is a number of the machine's size.
func Int(string) *Number[int] { return number[int]() }

// Int64 is a number of 64 bits.
func Int64(string) *Number[int64] { return number[int64]() }

func number[T int | int64]() *Number[T] {
	f := &Number[T]{}
	f.self = f
	return f
}

// Min refuses less.
func (n *Number[T]) Min(least T) *Number[T] {
	return n.refuse(func(v T) bool { return v < least }, "value out of range")
}

// Max refuses more.
func (n *Number[T]) Max(most T) *Number[T] {
	return n.refuse(func(v T) bool { return v > most }, "value out of range")
}

// NonNegative refuses what is below zero.
func (n *Number[T]) NonNegative() *Number[T] { return n.Min(0) }

// Positive refuses what is below one.
func (n *Number[T]) Positive() *Number[T] { return n.Min(1) }
