// Package e2e holds no code of its own: its tests build the three programs and
// run them for real, with software keys and with SoftHSM2, through whole cycles,
// hostile documents, failed writes and kills.
package e2e
