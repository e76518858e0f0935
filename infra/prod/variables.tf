# What they mean and their bounds are told in ../modules/stats-service.

variable "environment" {
  type    = string
  default = "prod"
}

variable "account_id" {
  description = "AWS account; with the credentials of another nothing is done."
  type        = string
}

variable "region" {
  type = string
}

variable "image_tag" {
  type    = string
  default = null
}

variable "cpu_architecture" {
  type     = string
  default  = "ARM64"
  nullable = false
}

variable "log_level" {
  type     = string
  default  = "info"
  nullable = false
}

variable "alarm_email" {
  type    = string
  default = null
}

variable "vpc_cidr" {
  type     = string
  default  = "10.40.0.0/20"
  nullable = false
}

variable "internal" {
  type     = bool
  default  = true
  nullable = false
}

variable "allowed_cidrs" {
  type     = list(string)
  default  = []
  nullable = false
}

variable "allow_plain_http" {
  type     = bool
  default  = false
  nullable = false
}

variable "certificate_arn" {
  type    = string
  default = null
}

variable "database_version" {
  type     = string
  default  = "17"
  nullable = false
}

variable "database_upgrade" {
  type     = bool
  default  = false
  nullable = false
}

variable "database_instance_class" {
  type     = string
  default  = "db.t4g.medium"
  nullable = false
}

variable "database_storage_gb" {
  type     = number
  default  = 50
  nullable = false
}

variable "database_max_storage_gb" {
  type     = number
  default  = 500
  nullable = false
}

variable "deletion_protection" {
  type     = bool
  default  = true
  nullable = false
}
