// Reads sitemaps and an index of them as npm's "sitemap" does, which takes no fault, and prints what they say as JSON.
import { Readable } from "node:stream";
import { ErrorLevel, XMLToSitemapIndexStream, XMLToSitemapItemStream } from "sitemap";

const readers = { urlset: XMLToSitemapItemStream, sitemapindex: XMLToSitemapIndexStream };
const read = [];
for (const { kind, text } of JSON.parse(process.argv[2])) {
  const entries = [];
  const reader = new readers[kind]({ level: ErrorLevel.THROW });
  for await (const entry of Readable.from([text]).pipe(reader)) entries.push(entry);
  read.push(entries);
}
console.log(JSON.stringify(read));
