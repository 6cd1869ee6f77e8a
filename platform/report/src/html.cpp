#include "synface/report/html.h"

#include <fmt/core.h>

namespace synface::report {
namespace {

constexpr const char* kStyle = R"(
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1100px; margin: 2em auto;
       padding: 0 1em; }
h1, h2, h3 { line-height: 1.2; } h2 { border-top: 1px solid #ccc; padding-top: .8em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { text-align: left; padding: .15em .9em .15em 0; border-bottom: 1px solid #eee;
         vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { white-space: pre; } td.meaning { color: #666; }
figure { margin: 1em 0; } figcaption { color: #555; max-width: 60em; }
img, svg { max-width: 100%; height: auto; }
pre { background: #f5f5f5; padding: .6em; overflow-x: auto; } .missing { color: #a00; }
)";

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_document(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n"
      "<style>{}</style></head>\n<body>\n{}</body></html>\n",
      html_escaped(title), kStyle, body);
}

}  // namespace synface::report
