package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// deployed reads the files of deploy/.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDeployNamesWhatIsThere holds variables, paths and commands in deploy/ against the server.
func TestDeployNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	var known []string
	for _, v := range variables {
		known = append(known, v.name)
	}
	server, err := os.ReadFile("server.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\b(?:PARLEY|DATABASE|GEMINI|OPENAI|NATS)_[A-Z_]+\b`)
	paths := regexp.MustCompile(`/(?:healthz|readyz|metrics)\b`)
	seen := map[string]int{}
	err = filepath.WalkDir("deploy", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, name := range names.FindAllString(string(text), -1) {
			if seen[name]++; !slices.Contains(known, name) {
				t.Errorf("%s names %s, which no server reads", path, name)
			}
		}
		for _, p := range paths.FindAllString(string(text), -1) {
			if seen[p]++; !bytes.Contains(server, []byte(p+`"`)) {
				t.Errorf("%s names the path %s, which the server does not answer", path, p)
			}
		}
		for _, made := range regexp.MustCompile(`deploy/[A-Za-z./-]+`).FindAllString(string(text), -1) {
			if _, err := os.Stat(strings.TrimSuffix(made, ".")); err != nil {
				t.Errorf("%s names %s: %v", path, made, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"PARLEY_LISTEN", "PARLEY_SECRET_KEY", "DATABASE_URL", "PARLEY_PUBLIC_URL", "PARLEY_TRUSTED_PROXIES", "/readyz", "/healthz", "/metrics"} {
		if seen[name] == 0 {
			t.Errorf("nothing in deploy/ names %s: the pattern fails", name)
		}
	}
}

func TestComposeFile(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]struct {
			Image       string
			Environment map[string]string
			Volumes     []string
			Networks    []string
			Build       struct{ Context, Dockerfile string }
			StopGrace   string `yaml:"stop_grace_period"`
		}
		Networks map[string]any
		Volumes  map[string]any
	}
	if err := yaml.Unmarshal([]byte(deployed(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	caddy := deployed(t, "Caddyfile")
	for _, name := range []string{"parley-1", "parley-2"} {
		s := file.Services[name]
		if !strings.Contains(caddy, name+":8080") || s.Environment["PARLEY_LISTEN"] != "0.0.0.0:8080" {
			t.Errorf("%s listens on %q, and the proxy asks %s:8080", name, s.Environment["PARLEY_LISTEN"], name)
		}
		if _, err := os.Stat(filepath.Join("deploy", s.Build.Context, s.Build.Dockerfile)); err != nil {
			t.Error(err)
		}
		if s.StopGrace != "20s" {
			t.Errorf("%s may drain for %s", name, s.StopGrace)
		}
		checkedEnvironment(t, name, s.Environment)
	}
	for name, s := range file.Services {
		for _, network := range s.Networks {
			if _, ok := file.Networks[network]; !ok {
				t.Errorf("%s uses the network %s", name, network)
			}
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			if _, ok := file.Volumes[from]; ok {
				continue
			}
			if _, err := os.Stat(filepath.Join("deploy", from)); err != nil {
				t.Errorf("%s mounts %s: %v", name, from, err)
			}
		}
	}
	given := deployed(t, "env.example")
	for _, v := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(deployed(t, "compose.yaml"), -1) {
		if !strings.Contains(given, "\n"+v[1]+"=") {
			t.Errorf("env.example does not have %s", v[1])
		}
	}
}

// checkedEnvironment has the server read an environment of a file, with something for what is filled in later.
func checkedEnvironment(t *testing.T, where string, environment map[string]string) {
	t.Helper()
	e := env{}
	for name, value := range environment {
		value = regexp.MustCompile(`\$\{PARLEY_SECRET_KEY[^}]*\}`).ReplaceAllString(value, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
		value = regexp.MustCompile(`\$\{[A-Z_]+:-\}`).ReplaceAllString(value, "")
		e[name] = regexp.MustCompile(`\$\{[^}]+\}`).ReplaceAllString(value, "x")
	}
	if _, err := configFromEnv(e.get); err != nil {
		t.Errorf("%s: %v", where, err)
	}
}

func TestKubernetesManifests(t *testing.T) {
	t.Parallel()
	type probe struct {
		HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
	}
	type setting struct {
		Name, Value string
		ValueFrom   struct {
			Secret *struct{ Name, Key string } `yaml:"secretKeyRef"`
			Map    *struct{ Name, Key string } `yaml:"configMapKeyRef"`
		} `yaml:"valueFrom"`
	}
	type manifest struct {
		Kind     string
		Metadata struct{ Name, Namespace string }
		Data     map[string]string
		Spec     struct {
			Replicas     int
			MinAvailable int            `yaml:"minAvailable"`
			Selector     map[string]any // of the service the labels themselves
			Ports        []struct{ TargetPort string }
			Template     struct {
				Metadata struct{ Labels map[string]string }
				Spec     struct {
					Grace      int `yaml:"terminationGracePeriodSeconds"`
					Containers []struct {
						Args                                        []string
						Ports                                       []struct{ Name string }
						StartupProbe, ReadinessProbe, LivenessProbe probe
						Env                                         []setting
					}
				}
			}
		}
	}
	all := map[string]manifest{}
	decoder := yaml.NewDecoder(strings.NewReader(lowered(deployed(t, "kubernetes/parley.yaml"))))
	for {
		var m manifest
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if m.Metadata.Name != "parley" || m.Metadata.Namespace != "parley" {
			t.Errorf("%s is %+v", m.Kind, m.Metadata)
		}
		all[m.Kind] = m
	}
	for _, kind := range []string{"Deployment", "ConfigMap", "PodDisruptionBudget", "Service", "Ingress"} {
		if all[kind].Kind == "" {
			t.Errorf("there is no %s", kind)
		}
	}
	deployment := all["Deployment"].Spec
	if deployment.Replicas != 2 || all["PodDisruptionBudget"].Spec.MinAvailable != 1 || deployment.Template.Spec.Grace < 20 || len(deployment.Template.Spec.Containers) != 1 {
		t.Fatalf("the deployment is %+v", deployment)
	}
	c := deployment.Template.Spec.Containers[0]
	if c.StartupProbe.HTTPGet.Path != "/readyz" || c.ReadinessProbe.HTTPGet.Path != "/readyz" || c.LivenessProbe.HTTPGet.Path != "/healthz" || c.ReadinessProbe.HTTPGet.Port != c.Ports[0].Name {
		t.Errorf("probes: %+v", c)
	}
	var secret []string
	for _, v := range c.Env {
		if m := v.ValueFrom.Map; m != nil && all["ConfigMap"].Data[m.Key] == "" {
			t.Errorf("%s is of %s, which the map does not have", v.Name, m.Key)
		}
		if v.ValueFrom.Secret != nil {
			secret = append(secret, v.Name)
		}
	}
	for _, v := range variables {
		has := slices.ContainsFunc(c.Env, func(s setting) bool { return s.Name == v.name })
		if v.secret && has && !slices.Contains(secret, v.name) {
			t.Errorf("%s stands in the file", v.name)
		}
	}
	if all["Service"].Spec.Selector["app.kubernetes.io/name"] != deployment.Template.Metadata.Labels["app.kubernetes.io/name"] {
		t.Error("the service does not find the pods")
	}
}

// lowered writes the few names as the decoder expects those without a tag.
func lowered(text string) string {
	return strings.NewReplacer("startupProbe", "startupprobe", "readinessProbe", "readinessprobe", "livenessProbe", "livenessprobe", "targetPort", "targetport").Replace(text)
}

// TestUnitFile holds the unit's commands and times against the server.
func TestUnitFile(t *testing.T) {
	t.Parallel()
	unit := deployed(t, "parley.service")
	section := ""
	for line := range strings.Lines(unit) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = line
		case section == "" || !regexp.MustCompile(`^[A-Z][A-Za-z]+=`).MatchString(line):
			t.Errorf("no setting of a unit: %s", line)
		}
		if strings.HasPrefix(line, "Exec") {
			m := regexp.MustCompile(`^Exec\w+=-?/usr/local/bin/parley ([a-z-]+)$`).FindStringSubmatch(line)
			if m == nil || !strings.Contains(usage, "\n  "+m[1]+" ") {
				t.Errorf("no command of parley: %s", line)
			}
		}
	}
	for _, must := range []string{"ExecStart=/usr/local/bin/parley serve", "DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "TimeoutStopSec=20s", "KillSignal=SIGTERM"} {
		if !strings.Contains(unit, must+"\n") {
			t.Errorf("the unit lacks %s", must)
		}
	}
}
