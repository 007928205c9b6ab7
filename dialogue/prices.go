package dialogue

import (
	"context"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parley/ent"
	"parley/ent/modelprice"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
)

// PriceInput is what a million tokens of a model cost from a moment on. Amounts are decimal numbers such as "2.50", with
// at most six digits behind the point.
type PriceInput struct {
	// Model is a `provider/model` as usage names it, or the beginning of such names with a * behind it.
	Model string
	// Currency is a code of ISO 4217, the same for all prices of a workspace.
	Currency string
	Input    string
	// CachedInput is for input that the provider had cached; nil means as other input.
	CachedInput *string
	Output      string
	// From is since when it holds, for the steps that were stored then or later; nil means all.
	From *ms.Time
}

// MaxPrices is how many prices a workspace may have.
const MaxPrices = 500

var (
	currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)
	decimal      = regexp.MustCompile(`^([0-9]{1,7})(?:\.([0-9]{1,6}))?$`)
)

const (
	microDigits = 6 // of stored amounts behind the point
	maxAmount   = 1_000_000
)

// SetModelPrice stores a price, in the place of the one for the same Model and From if there is one. Costs are reckoned
// when they are asked for, so a price for the past changes what the past cost. The error is an *invalid.Error for bad input,
// such as a second currency.
func (s *Service) SetModelPrice(ctx context.Context, in PriceInput) (ID, error) {
	row, err := in.row()
	if err != nil {
		return ID{}, err
	}
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		v, _ := viewer.FromContext(ctx)
		if err := s.lockWorkspace(ctx, tx, v.Workspace); err != nil { // else two could bring two currencies
			return ID{}, err
		}
		all, err := tx.Client().ModelPrice.Query().All(ctx)
		if err != nil {
			return ID{}, err
		}
		at := slices.IndexFunc(all, func(p *ent.ModelPrice) bool { return p.Model == row.Model && p.ValidFrom == row.ValidFrom })
		var bad invalid.Error
		for i, p := range all {
			if i != at && p.Currency != row.Currency {
				bad.Add("currency", "must be %s as in the workspace's other prices; to change it, remove those first", p.Currency)
				break
			}
		}
		bad.Check(at >= 0 || len(all) < MaxPrices, "model", "the workspace has %d prices; more are not allowed", len(all))
		if bad.Err() != nil {
			return ID{}, bad.Err()
		}
		if at >= 0 {
			update := tx.Client().ModelPrice.Update().Where(modelprice.ID(all[at].ID)).SetCurrency(row.Currency).SetInputMicros(row.InputMicros).
				SetOutputMicros(row.OutputMicros).SetUpdatedAt(tx.Now).ClearCachedInputMicros()
			if row.CachedInputMicros != nil {
				update.SetCachedInputMicros(*row.CachedInputMicros)
			}
			return ID{all[at].ID}, update.Exec(ctx)
		}
		made, err := tx.Client().ModelPrice.Create().SetModel(row.Model).SetCurrency(row.Currency).SetInputMicros(row.InputMicros).
			SetNillableCachedInputMicros(row.CachedInputMicros).SetOutputMicros(row.OutputMicros).SetValidFrom(row.ValidFrom).
			SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).Save(ctx)
		if err != nil {
			return ID{}, fmt.Errorf("store the price: %w", err)
		}
		return ID{made.ID}, nil
	})
}

// RemoveModelPrice deletes a price: what it was for costs as the next fitting price says, or is unknown. The error is
// ent's NotFoundError for an unknown id.
func (s *Service) RemoveModelPrice(ctx context.Context, priceID string) (ID, error) {
	return eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (ID, error) {
		if _, err := tx.Client().ModelPrice.Query().Where(modelprice.ID(priceID)).Only(ctx); err != nil {
			return ID{}, err
		}
		_, err := tx.Client().ModelPrice.Delete().Where(modelprice.ID(priceID)).Exec(ctx)
		return ID{priceID}, err
	})
}

// row checks the input and returns it as it is stored.
func (in PriceInput) row() (*ent.ModelPrice, error) {
	row := &ent.ModelPrice{Model: strings.TrimSpace(in.Model), Currency: in.Currency}
	var bad invalid.Error
	bad.Text("model", row.Model, 1, maxName)
	prefix, pattern := strings.CutSuffix(row.Model, "*")
	bad.Check(!strings.Contains(prefix, "*"), "model", "may have a * at its end only")
	bad.Check(pattern || strings.Contains(prefix, "/"), "model", "must be provider/model, or end with a * as in openai/*")
	bad.Check(currencyCode.MatchString(in.Currency), "currency", "must be three capital letters such as EUR")
	row.InputMicros = micros(&bad, "input", in.Input)
	row.OutputMicros = micros(&bad, "output", in.Output)
	if in.CachedInput != nil {
		cached := micros(&bad, "cachedInput", *in.CachedInput)
		row.CachedInputMicros = &cached
	}
	if in.From != nil {
		row.ValidFrom = *in.From
		bad.Check(row.ValidFrom >= 0, "from", "must not be before 1970")
	}
	return row, bad.Err()
}

// micros reads an amount in millionths.
func micros(bad *invalid.Error, field, text string) int64 {
	parts := decimal.FindStringSubmatch(text)
	if parts == nil {
		bad.Add(field, "must be a decimal number such as 2.50, from 0 to %d, with at most %d digits behind the point", maxAmount, microDigits)
		return 0
	}
	n, _ := strconv.ParseInt(parts[1]+parts[2]+strings.Repeat("0", microDigits-len(parts[2])), 10, 64) // 13 digits at most
	bad.Check(n <= maxAmount*1_000_000, field, "must be at most %d", maxAmount)
	return n
}

// FormatMicros writes an amount in millionths as a decimal number: 2500000 is "2.5".
func FormatMicros(amount int64) string { return formatDecimal(big.NewInt(amount), microDigits) }

// formatDecimal writes a whole number, which is not negative, with so many of its digits behind the point and no zeroes
// at the end.
func formatDecimal(n *big.Int, digits int) string {
	text := n.String()
	if len(text) <= digits {
		text = strings.Repeat("0", digits-len(text)+1) + text
	}
	whole, part := text[:len(text)-digits], strings.TrimRight(text[len(text)-digits:], "0")
	if part == "" {
		return whole
	}
	return whole + "." + part
}
