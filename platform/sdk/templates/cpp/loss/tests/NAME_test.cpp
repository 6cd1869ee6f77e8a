// The formula at known points, and its derivative against a finite difference.
#include <synface/loss.h>
#include <synface/sdk/testing.h>

namespace t = synface::sdk::testing;

namespace {

struct Result {
  double z, slope;
};

Result margin_at(double cosine, double margin, float ramp = 1.0F) {
  t::Instance<synface_loss_table> loss(synface_plugin_entry, {{"margin", margin}});
  t::Array<double> cos({1, 1}, {cosine}), norm({1}, {1.0}), weights({1, 1}, {1.0});
  t::Array<double> z({1, 1}), slope({1, 1});
  synface_context ctx = t::context();
  ctx.margin_scale = ramp;
  t::call([&](synface_error* error) {
    return loss->margin(loss.self(), &ctx, cos, norm, weights, z, slope, nullptr, error);
  });
  return {z[0], slope[0]};
}

void a_perfect_target_pays_nothing_and_an_opposite_one_the_whole_margin() {
  t::require(t::near(margin_at(1.0, 0.2).z, 1.0, 1e-12), "z(1) = 1");
  t::require(t::near(margin_at(-1.0, 0.2).z, -1.2, 1e-12), "z(-1) = -1 - m");
  t::require(t::near(margin_at(-1.0, 0.2, 0.5F).z, -1.1, 1e-12), "the ramp scales the margin");
}

void the_derivative_is_that_of_the_formula() {
  const double h = 1e-6;
  for (const double c : {-0.9, -0.2, 0.0, 0.4, 0.99}) {
    const double difference = (margin_at(c + h, 0.3).z - margin_at(c - h, 0.3).z) / (2 * h);
    t::require(t::near(margin_at(c, 0.3).slope, difference, 1e-6), "dz/dc at " + std::to_string(c));
  }
}

}  // namespace

int main() {
  return t::run([] {
    a_perfect_target_pays_nothing_and_an_opposite_one_the_whole_margin();
    the_derivative_is_that_of_the_formula();
  });
}
