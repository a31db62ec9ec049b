return await Flickr.ControlPlane.ControlPlaneProgram.RunAsync(args);
