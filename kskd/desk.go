package main

import (
	"countersign/kskd/internal/config"
	"countersign/kskd/internal/kskplan"
	"countersign/kskd/internal/records"
)

// desk is what a command that changes something works on: nobody else may until
// it is closed.
type desk struct {
	cfg   *config.Config
	past  *records.Records
	plan  *kskplan.Plan
	close func()
}

func openDesk(path string) (*desk, error) {
	cfg, err := loadConfig(path)
	if err != nil {
		return nil, err
	}
	past, unlock, err := records.Lock(cfg.State, cfg.Zone)
	if err != nil {
		return nil, err
	}
	plan, err := kskplan.Load(cfg.KSKs, cfg.Zone)
	if err != nil {
		unlock()
		return nil, err
	}
	return &desk{cfg: cfg, past: past, plan: plan, close: unlock}, nil
}
