package zone

import "iter"

// Pages is how many pages the zone has: runs of owner names, in canonical
// order, that versions of a zone share where they are equal. They are the pieces
// to spread over workers.
func (z *Zone) Pages() int { return len(z.pages) }

// Page is the i-th page.
func (z *Zone) Page(i int) Page { return Page{zone: z, index: i} }

// Page is a run of owner names of a zone.
type Page struct {
	zone  *Zone
	index int
}

func (p Page) page() *page { return p.zone.pages[p.index] }

// Index is the position in the zone: p is Zone.Page(p.Index()).
func (p Page) Index() int { return p.index }

// First is the index of its first node in the zone.
func (p Page) First() int { return p.zone.first[p.index] }

// Len is the number of owner names, never 0.
func (p Page) Len() int { return len(p.page().nodes) }

// Node is the i-th owner name of the page.
func (p Page) Node(i int) Node {
	return Node{zone: p.zone, page: p.page(), at: i, index: p.First() + i}
}

// Nodes is the owner names of the page.
func (p Page) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range p.Len() {
			if !yield(p.Node(i)) {
				return
			}
		}
	}
}

// Wire is all records of the page, as RRset.Wire has them.
func (p Page) Wire() []byte { return p.page().wire }

// Same says whether both are one page in memory, which versions share.
func (p Page) Same(o Page) bool { return p.page() == o.page() }

// Expires is the earliest expiration of a signature in the page, in seconds
// since 1970; all ones if it has none.
func (p Page) Expires() uint32 { return p.page().expires }

// HasNSEC3 says whether there are NSEC3 records.
func (p Page) HasNSEC3() bool { return p.page().nsec3 }

// IsNatural says whether the page begins at a name that begins a page in every
// version, and not only because the page before was full.
func (p Page) IsNatural() bool { return beginsPage(p.page().owner(0)) }
