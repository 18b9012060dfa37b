"""The dataset: the files of a project read and assembled into claims, a held view and what is derived."""
