package limit_test

import (
	"errors"
	"fmt"

	"parley/graph/limit"
)

func ExampleLimits_Check() {
	err := limit.Limits{Aliases: 2}.Check("{ a: name b: name c: name }")

	var broken *limit.Error
	if errors.As(err, &broken) {
		fmt.Println(broken.Rule, broken.Limit, broken.Got)
	}
	fmt.Println(err)
	// Output:
	// aliases 2 3
	// document has 3 aliases, at most 2 are allowed
}
