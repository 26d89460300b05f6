package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// documentFiles are the files of pkg/policy by the name of the check that each
// defines: the one that has the name as the field Name of a literal.
func documentFiles(root string) (map[string][]string, error) {
	files := map[string][]string{}
	err := eachFile(root, "pkg/policy", func(name string, node ast.Node) {
		field, ok := node.(*ast.KeyValueExpr)
		if !ok || !isName(field.Key, "Name") {
			return
		}
		if check, ok := text(field.Value); ok {
			files[check] = append(files[check], name)
		}
	})
	return files, err
}

// zoneFiles are the files of pkg/zoneverify by the name of the check whose faults
// they report: those that pass its identifier to a function. The table of checks
// tells which identifier has which name.
func zoneFiles(root string) (map[string][]string, error) {
	names := map[string]string{}   // of checks, by identifier
	users := map[string][]string{} // files, by identifier
	err := eachFile(root, "pkg/zoneverify", func(name string, node ast.Node) {
		switch node := node.(type) {
		case *ast.KeyValueExpr:
			row, ok := node.Value.(*ast.CompositeLit)
			if !ok || len(row.Elts) == 0 {
				return
			}
			id, isID := node.Key.(*ast.Ident)
			if check, ok := text(row.Elts[0]); ok && isID {
				names[id.Name] = check
			}
		case *ast.CallExpr:
			for _, argument := range node.Args {
				if id, ok := argument.(*ast.Ident); ok && !slices.Contains(users[id.Name], name) {
					users[id.Name] = append(users[id.Name], name)
				}
			}
		}
	})
	files := map[string][]string{}
	for id, check := range names {
		files[check] = users[id]
	}
	return files, err
}

// eachFile calls visit for every node of the Go files in a folder, less tests. Files
// are named with slashes, relative to root, and come in order.
func eachFile(root, folder string, visit func(name string, node ast.Node)) error {
	paths, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return &fs.PathError{Op: "glob", Path: filepath.Join(root, folder), Err: fs.ErrNotExist}
	}
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name := path.Join(folder, filepath.Base(p))
		ast.Inspect(file, func(node ast.Node) bool {
			visit(name, node)
			return true
		})
	}
	return nil
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// text is the value of a string literal.
func text(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}
