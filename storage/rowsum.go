package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"

	"entgo.io/ent/schema/field"

	"parley/ent/tables"
)

// digest is the sum of the hashes of rows, which does not depend on their order.
type digest [4]uint64

func (d digest) String() string { return fmt.Sprintf("%016x", d[0]) }

// add adds one row, whose values have the form that portable gives them.
func (d *digest) add(row []any) {
	var b []byte
	for _, value := range row {
		switch v := value.(type) {
		case nil:
			b = append(b, 0)
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 1), uint64(v))
		case bool:
			b = append(b, 2, 0)
			if v {
				b[len(b)-1] = 1
			}
		case string:
			b = append(binary.BigEndian.AppendUint64(append(b, 3), uint64(len(v))), v...)
		case []byte:
			b = append(binary.BigEndian.AppendUint64(append(b, 4), uint64(len(v))), v...)
		}
	}
	sum := sha256.Sum256(b)
	var carry uint64
	for i := len(d) - 1; i >= 0; i-- {
		d[i], carry = bits.Add64(d[i], binary.BigEndian.Uint64(sum[8*i:]), carry)
	}
}

// eachRow reads all rows of a table, in no order, in a form that does not depend on the database.
func eachRow(ctx context.Context, from querier, table tables.Table, do func(done int64, row []any) error) (n int64, sum digest, err error) {
	rows, err := from.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM "%s"`, quoted(columnNames(table)), table.Name))
	if err != nil {
		return 0, sum, err
	}
	defer func() { _ = rows.Close() }()
	row, into := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return 0, sum, err
		}
		for i, column := range table.Columns {
			if row[i], err = portable(column.Type, row[i]); err != nil {
				return 0, sum, fmt.Errorf("column %s of %v: %w", column.Name, row[0], err)
			}
		}
		n++
		sum.add(row)
		if err := do(n, row); err != nil {
			return 0, sum, err
		}
	}
	return n, sum, rows.Err()
}

// portable gives a value the one form that it has whichever database it comes from.
func portable(t field.Type, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	switch v := value.(type) {
	case int64:
		if t == field.TypeBool {
			return v != 0, nil
		}
		if t.Integer() {
			return v, nil
		}
	case bool:
		if t == field.TypeBool {
			return v, nil
		}
	case string:
		switch t {
		case field.TypeString, field.TypeEnum:
			return v, nil
		case field.TypeBytes:
			return []byte(v), nil
		case field.TypeJSON:
			return canonical([]byte(v))
		}
	case []byte:
		switch t {
		case field.TypeString, field.TypeEnum:
			return string(v), nil
		case field.TypeBytes:
			return v, nil
		case field.TypeJSON:
			return canonical(v)
		}
	}
	return nil, fmt.Errorf("a value of the type %T, which a column of %s cannot have", value, t)
}

// canonical writes JSON anew with sorted keys and without spaces, which Postgres does not keep.
func canonical(text []byte) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", err
	}
	out, err := json.Marshal(value)
	return string(out), err
}

// fitPostgres refuses texts that SQLite holds and Postgres cannot.
func fitPostgres(table tables.Table, row []any) error {
	for i, value := range row {
		if text, ok := value.(string); ok && (!utf8.ValidString(text) || strings.ContainsRune(text, 0)) {
			return fmt.Errorf("column %s of %v holds a text that is no UTF-8 or has a zero byte, which Postgres cannot store", table.Columns[i].Name, row[0])
		}
	}
	return nil
}
