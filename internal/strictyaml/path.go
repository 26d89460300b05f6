package strictyaml

import (
	"fmt"
	"path/filepath"
)

// Path is a required path as a configuration file has it under key: relative to
// dir, the folder of the file.
func Path(dir, key, path string) (string, error) {
	if path == "" {
		return "", fmt.Errorf("%s is not set", key)
	}
	if filepath.IsAbs(path) {
		return path, nil
	}
	return filepath.Join(dir, path), nil
}
