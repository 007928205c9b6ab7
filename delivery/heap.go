package delivery

import "container/heap"

// heapOf is a heap that knows where its members are, so that one whose key has changed, or that leaves, costs no search.
// Make it with newHeap.
type heapOf[T any] struct {
	items []T
	less  func(a, b T) bool
	place func(T) *int // where the member keeps its place, from 1 on; 0 means that it is not in the heap
}

func newHeap[T any](less func(a, b T) bool, place func(T) *int) *heapOf[T] {
	return &heapOf[T]{less: less, place: place}
}

// set puts a member into the heap, moves it to where it belongs by now, or takes it out.
func (h *heapOf[T]) set(x T, in bool) {
	switch at := *h.place(x); {
	case in && at == 0:
		heap.Push(h, x)
	case in:
		heap.Fix(h, at-1)
	case at != 0:
		heap.Remove(h, at-1)
	}
}

// first returns the least member, and false when there is none.
func (h *heapOf[T]) first() (x T, ok bool) {
	if len(h.items) == 0 {
		return x, false
	}
	return h.items[0], true
}

// Len implements heap.Interface.
func (h *heapOf[T]) Len() int { return len(h.items) }

// Less implements heap.Interface.
func (h *heapOf[T]) Less(i, j int) bool { return h.less(h.items[i], h.items[j]) }

// Swap implements heap.Interface.
func (h *heapOf[T]) Swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	*h.place(h.items[i]), *h.place(h.items[j]) = i+1, j+1
}

// Push implements heap.Interface.
func (h *heapOf[T]) Push(x any) {
	h.items = append(h.items, x.(T))
	*h.place(x.(T)) = len(h.items)
}

// Pop implements heap.Interface.
func (h *heapOf[T]) Pop() any {
	last := len(h.items) - 1
	x := h.items[last]
	var none T
	h.items[last] = none
	h.items = h.items[:last]
	*h.place(x) = 0
	return x
}
