package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// table is what one case printed.
type table struct {
	title string
	note  string // a sentence or more below the title
	head  []string
	rows  [][]string // the first cell is text, the others numbers
}

// plain is the table for a terminal.
func (t table) plain() string {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", t.title)
	if t.note != "" {
		fmt.Fprintf(&text, "%s\n", t.note)
	}
	for _, row := range append([][]string{t.head}, t.rows...) {
		var line strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line.WriteString("  " + cell + gap)
			} else {
				line.WriteString("  " + gap + cell)
			}
		}
		fmt.Fprintln(&text, strings.TrimRight(line.String(), " "))
	}
	return text.String()
}

// page is all that was printed, for the Markdown file.
type page struct{ body bytes.Buffer }

func (p *page) markdown() []byte { return p.body.Bytes() }

func (p *page) text(text string) {
	fmt.Fprintf(&p.body, "```\n%s\n```\n\n", strings.TrimRight(text, "\n"))
}

func (p *page) table(t table) {
	fmt.Fprintf(&p.body, "### %s\n\n", t.title)
	if t.note != "" {
		fmt.Fprintf(&p.body, "%s\n\n", t.note)
	}
	p.row(t.head)
	rule := make([]string, len(t.head))
	for i := range rule {
		rule[i] = "---:"
	}
	rule[0] = "---"
	p.row(rule)
	for _, row := range t.rows {
		p.row(row)
	}
	p.body.WriteByte('\n')
}

func (p *page) row(cells []string) {
	fmt.Fprintf(&p.body, "| %s |\n", strings.ReplaceAll(strings.Join(cells, "\x00"), "\x00", " | "))
}

// seconds, ratio and mebibytes write a number, or a dash where there is none.

func seconds(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case v < 0.1:
		return fmt.Sprintf("%.4f", v)
	case v < 10:
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.1f", v)
}

func ratio(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf("%.3f", v)
}

func mebibytes(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.0f", v)
}
