package helm

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ValueDoc is a row of the chart's table of values.
type ValueDoc struct{ Path, Type, Default, Meaning string }

// DescribeValues reads values.yaml, whose comments tell each value's meaning, and values.schema.json, which has the types, and the meaning of what
// a list holds. Every value without a meaning is among the problems.
func DescribeValues(valuesYAML, schemaJSON []byte) (rows []ValueDoc, problems []string, err error) {
	var document yaml.Node
	if err := yaml.Unmarshal(valuesYAML, &document); err != nil {
		return nil, nil, err
	}
	var schema map[string]any
	if err := json.Unmarshal(schemaJSON, &schema); err != nil {
		return nil, nil, err
	}
	d := describer{root: schema}
	d.mapping("", document.Content[0], schema)
	return d.rows, d.problems, nil
}

type describer struct {
	root     map[string]any
	rows     []ValueDoc
	problems []string
}

func (d *describer) mapping(prefix string, node *yaml.Node, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		path := strings.TrimPrefix(prefix+"."+key.Value, ".")
		property, known := properties[key.Value].(map[string]any)
		if !known {
			d.problems = append(d.problems, path+": not in values.schema.json")
			continue
		}
		property = d.resolve(property)
		meaning := strings.Join(strings.Fields(strings.ReplaceAll(key.HeadComment, "#", " ")), " ")
		_, inner := property["properties"].(map[string]any)
		if meaning == "" && (value.Kind != yaml.MappingNode || !inner) {
			d.problems = append(d.problems, path+": no comment in values.yaml says what it is")
		}
		// A mapping that is documented as a whole, such as `resources`, is one row.
		if value.Kind == yaml.MappingNode && inner && !d.isLeaf(property, value) {
			if meaning != "" {
				d.rows = append(d.rows, ValueDoc{path, "", "", meaning})
			}
			d.mapping(path, value, property)
			continue
		}
		d.rows = append(d.rows, ValueDoc{path, d.typeOf(property), flow(value), meaning})
		d.items(path, property)
	}
	for name := range properties {
		if name != "global" && !hasKey(node, name) {
			d.problems = append(d.problems, strings.TrimPrefix(prefix+"."+name, ".")+": in values.schema.json, not in values.yaml")
		}
	}
}

// isLeaf: none of the mapping's own values are documented, so it stands for itself.
func (d *describer) isLeaf(_ map[string]any, value *yaml.Node) bool {
	for i := 0; i < len(value.Content); i += 2 {
		if value.Content[i].HeadComment != "" || value.Content[i+1].Kind == yaml.MappingNode && value.Content[i+1].Style != yaml.FlowStyle {
			return false
		}
	}
	return true
}

// items tells what a list holds, where the schema says it.
func (d *describer) items(path string, schema map[string]any) {
	items, _ := schema["items"].(map[string]any)
	d.members(path+"[]", d.resolve(items))
}

func (d *describer) members(path string, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	sort.Strings(names)
	required := map[string]bool{}
	list, _ := schema["required"].([]any)
	for _, name := range list {
		required[name.(string)] = true
	}
	for _, name := range names {
		property, _ := properties[name].(map[string]any)
		meaning, _ := property["description"].(string)
		if meaning == "" {
			continue // Kubernetes' own
		}
		byDefault := ""
		if required[name] {
			byDefault = "required"
		}
		property = d.resolve(property)
		d.rows = append(d.rows, ValueDoc{path + "." + name, d.typeOf(property), byDefault, meaning})
		if property["type"] == "array" {
			d.items(path+"."+name, property)
		} else {
			d.members(path+"."+name, property)
		}
	}
}

func (d *describer) resolve(schema map[string]any) map[string]any {
	if reference, is := schema["$ref"].(string); is {
		definitions := d.root["$defs"].(map[string]any)
		return definitions[strings.TrimPrefix(reference, "#/$defs/")].(map[string]any)
	}
	return schema
}

func (d *describer) typeOf(schema map[string]any) string {
	if choice, is := schema["enum"].([]any); is {
		var words []string
		for _, word := range choice {
			words = append(words, fmt.Sprintf("`%v`", word))
		}
		return strings.Join(words, ", ")
	}
	text := ""
	switch kind := schema["type"].(type) {
	case string:
		text = kind
	case []any:
		var words []string
		for _, word := range kind {
			words = append(words, fmt.Sprint(word))
		}
		text = strings.Join(words, " or ")
	}
	low, hasLow := schema["minimum"].(float64)
	high, hasHigh := schema["maximum"].(float64)
	if hasLow && hasHigh {
		text += fmt.Sprintf(" %s..%s", bound(low), bound(high))
	}
	return text
}

func bound(value float64) string { return strings.TrimSuffix(fmt.Sprintf("%.2f", value), ".00") }

func hasKey(node *yaml.Node, name string) bool {
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return true
		}
	}
	return false
}

// flow writes a value on one line, as code.
func flow(node *yaml.Node) string {
	var value any
	if node.Decode(&value) != nil {
		return ""
	}
	text, _ := json.Marshal(value)
	return "`" + string(text) + "`"
}

// ValuesTable writes the rows as Markdown.
func ValuesTable(rows []ValueDoc) string {
	var table strings.Builder
	table.WriteString("| Value | Type | Default | Meaning |\n| --- | --- | --- | --- |\n")
	for _, row := range rows {
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", row.Path, row.Type, strings.ReplaceAll(row.Default, "|", "\\|"), strings.ReplaceAll(row.Meaning, "|", "\\|"))
	}
	return table.String()
}
