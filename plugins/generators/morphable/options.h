// The generator's parameters: their documented priors, and what the renderer makes of them.
#pragma once

#include <synface/sdk/generator.h>

#include "core/prior.h"
#include "core/renderer.h"

namespace synface::morphable {

inline constexpr sdk::Choices kDevices{"cpu", "cuda"};
inline constexpr sdk::Param kParameters[] = {
    sdk::path("head", "")
        .doc("head model to draw (HEAD_MODEL.md); empty: MakeHuman's, beside "
             "the plugin"),
    sdk::flag("pose", true).doc("turn the head; off: frontal"),
    sdk::flag("expression", true).doc("move the face and the gaze; off: neutral"),
    sdk::flag("illumination", true).doc("vary lamps, tints and exposure; off: one even light"),
    sdk::flag("background", true).doc("vary what is behind the head; off: plain grey"),
    sdk::path("backgrounds", "")
        .neutral_str("")
        .since("0.2.0")
        .doc("folder with your photographs (JPEG, PNG, at any depth) to put behind the head, a "
             "random crop each (of its middle where it is longer than 2:1), in the tint of the "
             "scene's light; empty: patterns"),
    sdk::flag("camera", true)
        .doc("vary distance, focus, sensor noise, white balance, motion, resolution and "
             "compression; off: ideal camera at 20 eye distances"),
    sdk::flag("hair", true).doc("give people hair and beards; off: all are shaven"),
    sdk::flag("skin_cues", true)
        .doc("vary skin tone, marks, lines, lips, brows and eyes from person to person; off: "
             "everybody has the same"),
    sdk::flag("grooming", true)
        .doc("vary hair length, volume, shade and parting, beard, make-up and tan from picture "
             "to picture; off: each person's own, with single locks in the same places for all"),
    sdk::flag("accessories", true)
        .doc("glasses, hats, headscarves, earrings, things before the face; off: none"),
    sdk::flag("shadow", true).doc("the key lamp casts a shadow of the head on itself"),
    sdk::flag("skin_detail", true)
        .doc("mottling, freckles, moles and lines on the skin; off: plain skin"),
    sdk::f64("yaw_sd", 18)
        .range(0, 60)
        .unit("degrees")
        .doc("standard deviation of the head's turn to the side, cut at 75 degrees"),
    sdk::f64("pitch_sd", 9)
        .range(0, 30)
        .unit("degrees")
        .doc("standard deviation of the nod, cut at 35 degrees"),
    sdk::f64("roll_sd", 3)
        .range(0, 20)
        .unit("degrees")
        .doc("standard deviation of the tilt against the lamps (the crop takes it out)"),
    sdk::f64("jitter", 1)
        .range(0, 4)
        .doc("landmark errors of the crop: 1 as measured for MTCNN (mean and covariance), 0 none"),
    sdk::f64("shape_scale", 1)
        .range(0, 2)
        .doc("multiplies the spread of every shape coefficient; 1: as varied as 3D scans"),
    sdk::f64("men", 0.5)
        .range(0, 1)
        .since("0.3.0")
        .unit("fraction")
        .doc("of the people who look like men: the mean of gender ~ Beta(0.7 men, 0.7 (1 - men)); "
             "LFW's people: about 0.77"),
    sdk::f64("african", 1)
        .range(0, 1000)
        .since("0.3.0")
        .doc("weight of African faces: shares ~ Dirichlet(0.9 of the three weights' shares)"),
    sdk::f64("asian", 1).range(0, 1000).since("0.3.0").doc("weight of Asian faces"),
    sdk::f64("caucasian", 1).range(0, 1000).since("0.3.0").doc("weight of Caucasian faces"),
    sdk::f64("exposure_sd", 0.28)
        .range(0, 1.5)
        .unit("stops")
        .doc("standard deviation of the exposure about what a meter on the face asks for"),
    sdk::f64("glasses", 0.15)
        .range(0, 0.5)
        .unit("fraction")
        .doc("of the people who wear glasses (with age: 0.6 at 25 to 1.95 at 90 times that); "
             "sunglasses in 0.4 of that share of their pictures, 0.12 of it of the others'"),
    sdk::f64("glasses_persistence", 0.8)
        .range(0, 1)
        .unit("fraction")
        .doc("of the pictures of a person with glasses that show them"),
    sdk::f64("headwear", 0.06)
        .range(0, 1)
        .unit("fraction")
        .doc("of the pictures with a hat that is not the person's own; of the people 1 to 2% "
             "have a hat and 1 to 4% a headscarf of their own, in 85% of their pictures"),
    sdk::f64("makeup", 0.15)
        .range(0, 0.5)
        .unit("fraction")
        .doc("of the pictures with make-up for that picture (twice that of women's)"),
    sdk::f64("occlusion", 0.04)
        .range(0, 1)
        .unit("fraction")
        .doc("of the pictures where a mask, shawl, microphone, hand or card hides a part of the "
             "face"),
    sdk::f64("white_balance_sd", 0.07)
        .range(0, 0.5)
        .doc("standard deviation of the logarithm of red's gain, whose mean is 0.25 of it (warm); "
             "blue's is its inverse; green's deviation is 0.3 of it"),
    sdk::f64("motion", 0.08)
        .range(0, 1)
        .unit("fraction")
        .doc("of the pictures blurred by a movement of 0.8 to 4 pixels at 112 x 112"),
    sdk::f64("low_resolution", 0.35)
        .range(0, 1)
        .unit("fraction")
        .doc("of the pictures that were smaller once: 0.45 to 0.9 of the picture's resolution, of "
             "112 pixels in smaller pictures (nothing is lost where no more than that is drawn)"),
    sdk::f64("jpeg", 0.5)
        .range(0, 1)
        .unit("fraction")
        .doc("of the pictures that were compressed by JPEG, quality 30 to 95 at "
             "112 pixels; smaller pictures are compressed less"),
    sdk::flag("copies", false)
        .doc("every sample of an identity is its sample 0: a planted fault that training must "
             "show"),
    sdk::one_of("device", kDevices, 0)
        .neutral_str("cpu")
        .since("0.3.0")
        .doc("what draws the pictures: cpu, or cuda, the first NVIDIA GPU that is visible, whose "
             "pictures may differ from the CPU's (the tests want 99.9% of the pixels within a grey "
             "level); masks are drawn on the CPU"),
};

// sdk::Error with the parameter at fault: nobody to draw; a size that is not drawn; a folder of
// backgrounds that cannot be read.
PriorOptions prior_options(const sdk::Create& create);
RenderOptions render_options(const sdk::Create& create);

}  // namespace synface::morphable
