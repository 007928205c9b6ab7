package graph

// complexities are the costs of fields that return many: a child counts once for each element that may come.
func complexities() ComplexityRoot {
	var c ComplexityRoot
	_ = c
	return c
}

// listCost is the cost of a list: one for itself, and its children as often as they may come.
func listCost(child int, first, last *int) int {
	n := defaultPage
	if first != nil {
		n = *first
	} else if last != nil {
		n = *last
	}
	return 1 + child*max(1, min(n, maxPage))
}
