//go:build tools

// Package helm keeps the version of the programs that test.sh builds.
package helm

import _ "helm.sh/helm/v3/cmd/helm"
