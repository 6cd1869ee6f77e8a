#include "plugin_pages.h"

#include <fmt/format.h>

#include <vector>

#include "synface/base/text.h"
#include "synface/report/html.h"

namespace synface::cli {
namespace {

using plugin::Param;
using plugin::ParamType;
using plugin::PluginInfo;

// Writes the same document in one of two languages.
class Document {
 public:
  Document(PageFormat format, std::string_view title)
      : html_(format == PageFormat::kHtml), title_(title) {}

  void heading(int level, std::string_view words) {
    if (html_) {
      text_ += fmt::format("<h{0}>{1}</h{0}>\n", level, escaped(words));
    } else {
      const std::string marks(static_cast<std::size_t>(level), '#');
      text_ += fmt::format("{} {}\n\n", marks, escaped(words));
    }
  }
  void paragraph(std::string_view words) {
    text_ +=
        html_ ? fmt::format("<p>{}</p>\n", escaped(words)) : fmt::format("{}\n\n", escaped(words));
  }
  void code(std::string_view language, std::string_view lines) {
    text_ += html_ ? fmt::format("<pre>{}</pre>\n", escaped(lines))
                   : fmt::format("```{}\n{}\n```\n\n", language, lines);
  }
  void link(std::string_view words, std::string_view file, std::string_view rest) {
    text_ += html_ ? fmt::format("<p><a href=\"{}\">{}</a> {}</p>\n", escaped(file), escaped(words),
                                 escaped(rest))
                   : fmt::format("- [{}]({}) {}\n", escaped(words), file, escaped(rest));
  }
  void table(const std::vector<std::vector<std::string>>& rows) {
    text_ += html_ ? "<table>\n" : "";
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const char* cell = r == 0 ? "th" : "td";
      text_ += html_ ? "<tr>" : "|";
      for (const auto& words : rows[r]) {
        text_ += html_ ? fmt::format("<{0}>{1}</{0}>", cell, escaped(words))
                       : fmt::format(" {} |", escaped(words));
      }
      text_ += html_ ? "</tr>\n" : "\n";
      if (!html_ && r == 0) {
        text_ += "|";
        for (std::size_t c = 0; c < rows[0].size(); ++c) text_ += "---|";
        text_ += "\n";
      }
    }
    text_ += html_ ? "</table>\n" : "\n";
  }
  void blank() {
    if (!html_) text_ += "\n";
  }

  std::string text() const { return html_ ? report::html_document(title_, text_) : text_; }

 private:
  // A plugin's words are text, never markup: they may come from anybody.
  std::string escaped(std::string_view words) const {
    if (html_) return report::html_escaped(words);
    std::string out;
    for (const char c : words) {
      if (c == '\n' || c == '\r') {
        out += ' ';
        continue;
      }
      if (std::string_view("|<>*_`[]\\").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    return out;
  }

  bool html_;
  std::string title_, text_;
};

// As it is written in an experiment.
std::string toml_value(const Param& param) {
  if (param.type == ParamType::kF64) {
    std::string number = fmt::format("{}", param.def.get<double>());
    if (number.find_first_of(".einf") == std::string::npos) number += ".0";
    return number;
  }
  return param.def.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string type_text(const Param& param) {
  std::string text(plugin::to_text(param.type));
  if (!param.unit.empty()) text += ", " + param.unit;
  return text;
}

std::string meaning(const Param& param) {
  std::vector<std::string> parts;
  if (!param.doc.empty()) parts.push_back(param.doc + (param.doc.ends_with('.') ? "" : "."));
  if (!param.neutral.is_null()) {
    parts.push_back(fmt::format("Neutral at {}: there it is left out of a trial's identity.",
                                param.neutral.dump()));
  }
  if (param.no_effect)
    parts.emplace_back("Changes no number, and is no part of a trial's identity.");
  if (!param.alias.empty()) parts.push_back("Formerly called " + param.alias + ".");
  if (!param.since.empty()) parts.push_back("Since version " + param.since + ".");
  return join(parts, " ");
}

// generator = { plugin = "folder", path = ... }: the line that an experiment needs, and what can be
// left out of it.
std::string toml_entry(const PluginInfo& info) {
  std::string line = fmt::format("plugin = \"{}\"", info.id);
  for (const auto& param : info.params) {
    line += param.required ? fmt::format(", {} = ...", param.key)
                           : fmt::format(", {} = {}", param.key, toml_value(param));
  }
  switch (info.kind) {
    case plugin::Kind::kMixup:
      return fmt::format("mixup = [{{ {} }}]", line);
    case plugin::Kind::kBenchmark:
      return fmt::format("benchmark = [{{ {}, name = \"heldout\", set = \"heldout\" }}]", line);
    default:
      return fmt::format("{} = {{ {} }}", plugin::to_text(info.kind), line);
  }
}

std::string facts(const PluginInfo& info) {
  std::string text = fmt::format("Version {}, revision {} of its numbers, plugin ABI {}, {}",
                                 info.version, info.revision, info.abi,
                                 info.torch.empty() ? "no LibTorch" : "LibTorch " + info.torch);
  if (!info.cuda.empty()) text += ", CUDA " + info.cuda;
  if (!info.traits.empty()) text += "; " + join(info.traits, ", ");
  return text + ".";
}

}  // namespace

std::string page_file(const PluginInfo& info, PageFormat format) {
  return fmt::format("{}_{}.{}", plugin::to_text(info.kind), info.id,
                     format == PageFormat::kHtml ? "html" : "md");
}

std::string plugin_page(const PluginInfo& info, PageFormat format) {
  Document page(format, info.name());
  page.heading(1, info.name());
  if (!info.doc.empty()) page.paragraph(info.doc);
  page.paragraph(facts(info));
  page.heading(2, "In an experiment");
  page.code("toml", toml_entry(info));
  page.heading(2, "Parameters");
  if (info.params.empty()) {
    page.paragraph("None.");
    return page.text();
  }
  std::vector<std::vector<std::string>> rows = {{"key", "type", "default", "range", "meaning"}};
  for (const auto& param : info.params) {
    rows.push_back({param.key, type_text(param), param.required ? "required" : toml_value(param),
                    plugin::range_text(param), meaning(param)});
  }
  page.table(rows);
  return page.text();
}

std::string index_page(std::span<const PluginInfo* const> plugins, PageFormat format) {
  Document page(format, "Plugins");
  page.heading(1, "Plugins");
  const PluginInfo* before = nullptr;
  for (const auto* info : plugins) {
    if (before == nullptr || before->kind != info->kind) {
      if (before != nullptr) page.blank();
      page.heading(2, plugin::to_text(info->kind));
    }
    before = info;
    page.link(info->id, page_file(*info, format), info->doc);
  }
  return page.text();
}

}  // namespace synface::cli
