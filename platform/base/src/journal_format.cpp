#include "journal_format.h"

#include <stdexcept>

namespace synface::journal {
namespace {

class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  T get() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string text() {
    const auto part = take(get<std::uint32_t>());
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  std::vector<double> doubles(std::size_t count) {
    const auto part = take(count * sizeof(double));
    std::vector<double> values(count);
    if (count > 0) std::memcpy(values.data(), part.data(), part.size());
    return values;
  }
  template <typename E>
  E word(std::uint8_t last) {
    const auto value = get<std::uint8_t>();
    if (value > last) throw std::out_of_range("a word outside its list");
    return static_cast<E>(value);
  }
  void end() const {
    if (!bytes_.empty()) throw std::out_of_range("bytes after the last field");
  }

 private:
  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size()) throw std::out_of_range("a field runs past the record's end");
    const auto part = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return part;
  }
  std::span<const std::byte> bytes_;
};

JournalHeader decode_header(Decoder& in) {
  JournalHeader header;
  header.version = in.get<std::uint32_t>();
  header.uuid = in.get<std::array<std::uint8_t, 16>>();
  header.trial_key = in.text();
  header.attempt = in.get<std::uint32_t>();
  return header;
}

JournalDefine decode_define(Decoder& in) {
  JournalDefine define;
  define.metric = in.get<std::uint32_t>();
  define.name = in.text();
  define.metric_class = in.word<MetricClass>(1);
  define.goal = in.word<MetricGoal>(2);
  define.unit = in.text();
  return define;
}

JournalPoint decode_point(Decoder& in) {
  JournalPoint point;
  point.metric = in.get<std::uint32_t>();
  point.step = in.get<std::int64_t>();
  point.value = in.get<double>();
  return point;
}

JournalInterval decode_interval(Decoder& in) {
  JournalInterval interval;
  interval.metric = in.get<std::uint32_t>();
  interval.lo = in.get<double>();
  interval.hi = in.get<double>();
  interval.level = in.get<double>();
  return interval;
}

JournalCurve decode_curve(Decoder& in) {
  JournalCurve curve;
  curve.name = in.text();
  curve.x_label = in.text();
  curve.y_label = in.text();
  const auto count = in.get<std::uint32_t>();
  curve.x = in.doubles(count);
  curve.y = in.doubles(count);
  return curve;
}

JournalArtifact decode_artifact(Decoder& in) {
  JournalArtifact artifact;
  artifact.name = in.text();
  artifact.path = in.text();
  artifact.mime = in.text();
  artifact.sha256 = in.text();
  return artifact;
}

JournalEvent decode_event(Decoder& in) {
  JournalEvent event;
  event.kind = in.text();
  event.data = Json::parse(in.text(), nullptr, false);
  if (event.data.is_discarded()) throw std::out_of_range("an event that is not JSON");
  return event;
}

std::optional<JournalRecord> decode_fields(Type type, Decoder& in) {
  switch (type) {
    case Type::kHeader:
      return decode_header(in);
    case Type::kDefine:
      return decode_define(in);
    case Type::kPoint:
      return decode_point(in);
    case Type::kFinal: {
      const auto metric = in.get<std::uint32_t>();
      return JournalFinal{metric, in.get<double>()};
    }
    case Type::kInterval:
      return decode_interval(in);
    case Type::kCurve:
      return decode_curve(in);
    case Type::kArtifact:
      return decode_artifact(in);
    case Type::kEvent:
      return decode_event(in);
    case Type::kLog: {
      const auto level = in.word<LogLevel>(4);
      return JournalLog{level, in.text()};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<JournalRecord> decode(std::span<const std::byte> body) {
  Decoder in(body);
  auto record = decode_fields(static_cast<Type>(in.get<std::uint8_t>()), in);
  if (record) in.end();
  return record;
}

}  // namespace synface::journal
