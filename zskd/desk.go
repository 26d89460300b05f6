package main

import (
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/zskd/internal/config"
	"countersign/zskd/internal/state"
)

// desk is what a command that changes something works on: nobody else may until
// it is closed.
type desk struct {
	cfg    *config.Config
	limits policy.Limits
	state  *state.State
	close  func()
}

// openDesk opens what the configuration at path names; it must be for zone if
// that is given.
func openDesk(path, zone string) (*desk, error) {
	cfg, err := loadConfig(path, zone)
	if err != nil {
		return nil, err
	}
	limits, err := policyfile.Load(cfg.Limits, cfg.Zone)
	if err != nil {
		return nil, err
	}
	s, unlock, err := state.Lock(cfg.State, cfg.Zone)
	if err != nil {
		return nil, err
	}
	return &desk{cfg: cfg, limits: limits, state: s, close: unlock}, nil
}
