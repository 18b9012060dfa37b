// Asks Comunica each of the jobs in the first argument, [{"source": …, "query": …}], and prints the answers as JSON.
import { QueryEngine } from "@comunica/query-sparql";

const engine = new QueryEngine();
const answers = [];
for (const { source, query } of JSON.parse(process.argv[2])) {
  const result = await engine.query(query, { sources: [source] });
  const format = result.resultType === "quads" ? "application/n-triples" : "application/sparql-results+json";
  const { data } = await engine.resultToString(result, format);
  let text = "";
  for await (const chunk of data) text += chunk;
  answers.push(format === "application/n-triples" ? text : JSON.parse(text));
}
console.log(JSON.stringify(answers));
