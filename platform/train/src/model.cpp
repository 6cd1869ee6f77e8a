#include <synface/train/model.h>

namespace synface::train {

Model::Model(plugin::Backbone backbone, std::optional<LossPath> loss, bool trains, Device* device)
    : backbone_(std::move(backbone)), loss_(std::move(loss)), device_(device) {
  std::vector<ParameterSpec> specs;
  if (backbone_.has_parameters()) {
    for (const plugin::Parameter& p : backbone_.parameters()) {
      specs.push_back({"backbone." + p.name, p.shape, p.trainable, p.decay, p.lr_scale});
    }
  }
  backbone_count_ = specs.size();
  if (loss_) {
    for (ParameterSpec& spec : loss_->parameters()) specs.push_back(std::move(spec));
  }
  parameters_ = std::make_unique<Parameters>(std::move(specs), trains, device);
  if (loss_) loss_->attach(*parameters_, backbone_count_);
}

void Model::init(const CallSettings& calls, std::uint64_t seed) {
  if (backbone_count_ > 0) {
    std::vector<const synface_tensor*> values;
    for (std::size_t i = 0; i < backbone_count_; ++i) {
      values.push_back(parameters_->value(i).get());
    }
    backbone_.init_parameters(make_context(calls, SYNFACE_PHASE_TRAIN, seed, 0, place()), values);
    if (device_ != nullptr) device_->wait();
  }
  if (loss_) loss_->init(make_context(calls, SYNFACE_PHASE_TRAIN, seed, 1));
}

void Model::bind() {
  if (backbone_count_ > 0) {
    std::vector<const synface_tensor*> values, gradients;
    for (std::size_t i = 0; i < backbone_count_; ++i) {
      values.push_back(parameters_->value(i).get());
      gradients.push_back(parameters_->gradient(i));
    }
    backbone_.bind_parameters(values, gradients);
  }
  if (loss_) loss_->bind();
}

void Model::save_states(Position& position) const {
  position.backbone = backbone_.save_state();
  if (loss_) position.loss = loss_->loss().save_state();
}

void Model::load_states(const Position& position) {
  if (position.backbone) backbone_.load_state(*position.backbone);
  if (position.loss && loss_) loss_->loss().load_state(*position.loss);
}

}  // namespace synface::train
