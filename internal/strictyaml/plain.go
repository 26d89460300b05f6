package strictyaml

import (
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v4"
)

// checkPlain refuses what YAML has and people who review a file do not read as
// the program does: 010 is eight, an alias or a merge brings values from
// elsewhere, a tag makes one thing another.
func checkPlain(node *yaml.Node) error {
	fault := func(what string) error { return fmt.Errorf("line %d: %s", node.Line, what) }
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		return fault("anchors and aliases are refused: write the value out")
	case node.Style&yaml.TaggedStyle != 0:
		return fault("tags are refused")
	case node.Kind == yaml.ScalarNode && node.ShortTag() == "!!merge":
		return fault("merging is refused: write the values out")
	case isNumber(node) && !decimal.MatchString(node.Value):
		return fault(fmt.Sprintf("%q is no plain decimal number: write it so, or in quotes if it is text", node.Value))
	}
	for _, inner := range node.Content {
		if err := checkPlain(inner); err != nil {
			return err
		}
	}
	return nil
}

func isNumber(node *yaml.Node) bool {
	tag := node.ShortTag()
	return node.Kind == yaml.ScalarNode && (tag == "!!int" || tag == "!!float")
}

var decimal = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)
