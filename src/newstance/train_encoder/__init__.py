"""Training an encoder of one's own: parallel or plain text in, a sentence-transformers folder out."""

from newstance.train_encoder.config import (
    EncoderTrainConfig,
    TeacherConfig,
    load_encoder_config,
    teacher_path,
)
from newstance.train_encoder.run import train_encoder

__all__ = ["EncoderTrainConfig", "TeacherConfig", "load_encoder_config", "teacher_path", "train_encoder"]
